const { readFileSync, writeFileSync } = require('node:fs');

/**
 * Ends a run with its counts on one line, and says which tests were skipped and why they could be. A file that
 * TEST_COUNTS names holds the counts of the runs before, which are added, and then these.
 */
module.exports = class Counts {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites }) {
    const file = process.env['TEST_COUNTS'];
    const before = file === undefined ? '' : readFileSync(file, 'utf8');
    const [passed = 0, failed = 0, skipped = 0] = before.split(' ').filter(Boolean).map(Number);
    const counts = [
      passed + numPassedTests,
      failed + numFailedTests + numRuntimeErrorTestSuites,
      skipped + numPendingTests,
    ];
    if (file !== undefined) writeFileSync(file, counts.join(' '));
    process.stdout.write(`\n${counts[0]} passed, ${counts[1]} failed, ${counts[2]} skipped\n`);
  }
};
