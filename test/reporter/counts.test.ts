import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Counts from './counts';

const root = resolve(__dirname, '..');

/** What Jest tells a reporter at the end of a run, as far as this one looks at it. */
type Ended = readonly [fullName: string, status: string];
const resultsOf = (tests: readonly Ended[]) => ({
  numPassedTests: tests.filter(([, status]) => status === 'passed').length,
  numFailedTests: 0,
  numPendingTests: tests.filter(([, status]) => status === 'pending').length,
  numRuntimeErrorTestSuites: 0,
  testResults: [{ testResults: tests.map(([fullName, status]) => ({ fullName, status })) }],
});

describe('the end of a run', () => {
  const before = process.env['TEST_COUNTS'];
  let said = '';
  beforeEach(() => {
    delete process.env['TEST_COUNTS'];
    said = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
    if (before !== undefined) process.env['TEST_COUNTS'] = before;
  });

  function end(...tests: readonly Ended[]): Counts {
    const reporter = new Counts({});
    reporter.onRunComplete(new Set(), resultsOf(tests));
    return reporter;
  }

  test('names each reason with the number of tests that were skipped for it', () => {
    const reason = '[skipped for want of PowerShell 7 on the PATH; check: pwsh --version]';
    const reporter = end(
      [`a script ${reason} runs`, 'pending'],
      [`a script ${reason} ends`, 'pending'],
      ['x', 'passed'],
    );
    expect(reporter.getLastError()).toBeUndefined();
    expect(said).toContain('2 skipped for want of PowerShell 7 on the PATH; check: pwsh --version');
    expect(said).toContain('1 passed, 0 failed, 2 skipped');
  });

  test.each(['a script runs', 'a script [skipped for want of time] runs'])(
    'is a failure where a test was skipped without a reason that can be checked: %s',
    (title) => {
      const reporter = end([title, 'pending']);
      expect(reporter.getLastError()?.message).toContain('skipped without a reason');
      expect(said).toContain(title);
    },
  );
});

test('nothing is skipped but through test/requirement.ts, which writes the reason into the title', () => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const skipping = files.filter((name) =>
    /\.(?:skip|todo)(?:\.each)?\(|\bx(?:describe|test|it)\b/.test(readFileSync(join(root, name), 'utf8')),
  );
  expect(skipping).toEqual(['requirement.ts']);
});
