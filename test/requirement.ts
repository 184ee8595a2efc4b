import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(__dirname, '..');

/** What tests need and a machine may lack. */
export interface Want {
  /** For people, with the remedy where there is one: `PowerShell 7 on the PATH`. */
  readonly what: string;
  /** A command of a shell, run in the project, that succeeds just where a machine has it: `pwsh --version`. */
  readonly check: string;
}

/**
 * `describe` where what the tests need is there. Elsewhere it skips and says why; in CI, where it must be there, it
 * fails.
 *
 * @param missing what is not there; undefined where all is there
 */
export function describeNeeding(missing: Want | undefined, title: string, body: () => void): void {
  if (missing !== undefined && process.env['CI'] !== undefined) {
    test(`${title}: needs ${missing.what}`, () => {
      throw new Error(`missing on this machine: ${missing.what}; \`${missing.check}\` shows it`);
    });
    return;
  }
  describeWhere(missing, title, body);
}

/**
 * `describe` where what the tests need is there; elsewhere, in CI too, it skips and says why. For what not everybody can
 * have: PowerShell 7, a recording that is not ours to hand on, another operating system.
 *
 * @param missing as above; undefined wherever it is found
 */
export function describeWhere(missing: Want | undefined, title: string, body: () => void): void {
  if (missing === undefined) {
    describe(title, body);
    return;
  }
  if (isThere(missing)) {
    test(title, () => unfounded(missing));
    return;
  }
  // The reason is `missing`: its check was just run and failed, and the title says how to run it again.
  describe.skip(titleOfSkipped(title, missing), body);
}

/** The same for one test. */
export function testWhere(missing: Want | undefined, title: string, body: jest.ProvidesCallback): void {
  if (missing === undefined) {
    test(title, body);
    return;
  }
  if (isThere(missing)) {
    test(title, () => unfounded(missing));
    return;
  }
  // The reason is `missing`, as above.
  test.skip(titleOfSkipped(title, missing), body);
}

/** Whether the check of what is said to be missing finds it all the same. */
function isThere({ check }: Want): boolean {
  return spawnSync(check, { shell: true, cwd: root, stdio: 'ignore' }).status === 0;
}

/** A reason that its own check contradicts is none. */
function unfounded({ what, check }: Want): never {
  throw new Error(`not skipped: \`${check}\` succeeds, so that this machine has ${what}`);
}

/** The folder in which Linux shows its processes; undefined where it is. */
export function missingProc(): Want | undefined {
  return process.platform === 'linux'
    ? undefined
    : { what: 'the /proc of Linux', check: 'ls /proc/self/status' };
}

/**
 * `test/reporter/counts.js` lists the reasons at the end of a run, and fails a run in which one is missing, or how it is
 * checked.
 */
function titleOfSkipped(title: string, { what, check }: Want): string {
  return `${title} [skipped for want of ${what}; check: ${check}]`;
}
