import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '..');
const requirement = join(__dirname, 'requirement');

interface Ended {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
}

/** Runs one file of tests in a Jest of its own, outside of CI. */
function run(text: string): readonly Ended[] {
  const folder = mkdtempSync(join(tmpdir(), 'requirement-'));
  try {
    writeFileSync(join(folder, 'one.test.ts'), text);
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const output = join(folder, 'output.json');
    const options = {
      config: join(root, 'jest.config.js'),
      rootDir: folder,
      testMatch: '<rootDir>/one.test.ts',
      reporters: 'default',
      outputFile: output,
    };
    spawnSync(
      process.execPath,
      [
        join(root, 'node_modules/jest/bin/jest.js'),
        '--json',
        ...Object.entries(options).map(([name, value]) => `--${name}=${value}`),
      ],
      { cwd: root, env: { ...process.env, CI: undefined } },
    );
    const { testResults } = JSON.parse(readFileSync(output, 'utf8')) as {
      readonly testResults: readonly { readonly assertionResults: readonly Ended[] }[];
    };
    return testResults.flatMap(({ assertionResults }) => assertionResults);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a test is skipped only where the check of its reason fails, and is a failure where it succeeds', () => {
  const ended = run(`
    import { describeNeeding, describeWhere, testWhere } from ${JSON.stringify(requirement)};
    const away = { what: 'a moon', check: 'exit 1' };
    const there = { what: 'a sun', check: 'exit 0' };
    describeWhere(away, 'A', () => test('runs', () => undefined));
    describeNeeding(away, 'B', () => test('runs', () => undefined));
    testWhere(away, 'C', () => undefined);
    describeWhere(there, 'D', () => test('runs', () => undefined));
    testWhere(there, 'E', () => undefined);
    testWhere(undefined, 'F', () => undefined);
  `);
  const reason = '[skipped for want of a moon; check: exit 1]';
  expect(ended.map(({ fullName, status }) => [fullName, status])).toEqual([
    [`A ${reason} runs`, 'pending'],
    [`B ${reason} runs`, 'pending'],
    [`C ${reason}`, 'pending'],
    ['D', 'failed'],
    ['E', 'failed'],
    ['F', 'passed'],
  ]);
  expect(ended[3]?.failureMessages.join('')).toContain('`exit 0` succeeds, so that this machine has a sun');
});
