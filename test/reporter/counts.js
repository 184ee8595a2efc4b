const { readFileSync, writeFileSync } = require('node:fs');

/** As `test/requirement.ts` writes it into a title: what is missing, and the command that checks it. */
const REASON = /\[skipped for want of (.+; check: .+)\]/;

/**
 * Ends a run with its counts on one line, and says why tests were skipped, and how many. A test that is skipped without a
 * reason fails the run. A file that TEST_COUNTS names holds the counts of the runs before, which are added, and then
 * these.
 */
module.exports = class Counts {
  /** @param {{ testNamePattern?: string }} globalConfig */
  constructor(globalConfig) {
    // Tests that were not asked for count as skipped, too.
    this.isPartial = Boolean(globalConfig.testNamePattern);
  }

  onRunComplete(_contexts, results) {
    const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = results;
    const file = process.env['TEST_COUNTS'];
    const before = file === undefined ? '' : readFileSync(file, 'utf8');
    const [passed = 0, failed = 0, skipped = 0] = before.split(' ').filter(Boolean).map(Number);
    const counts = [
      passed + numPassedTests,
      failed + numFailedTests + numRuntimeErrorTestSuites,
      skipped + numPendingTests,
    ];
    if (file !== undefined) writeFileSync(file, counts.join(' '));
    const reasons = this.isPartial ? new Map() : this.reasonsOf(results);
    for (const [reason, count] of reasons) process.stdout.write(`\n${count} skipped for want of ${reason}`);
    process.stdout.write(`\n${counts[0]} passed, ${counts[1]} failed, ${counts[2]} skipped\n`);
  }

  /** How many tests were skipped, by the reason. */
  reasonsOf({ testResults }) {
    const skipped = testResults
      .flatMap(({ testResults: tests }) => tests)
      .filter(({ status }) => status === 'pending');
    const counts = new Map();
    for (const { fullName } of skipped) {
      const reason = REASON.exec(fullName)?.[1];
      if (reason === undefined) this.#unexplained(fullName);
      else counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
    return counts;
  }

  #unexplained(test) {
    this.error = new Error(`skipped without a reason, see test/requirement.ts: ${test}`);
    process.stdout.write(`\n${this.error.message}`);
  }

  /** Jest fails a run for it, and says nothing of it. */
  getLastError() {
    return this.error;
  }
};
