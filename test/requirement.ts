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

/** `describe` or `test`. */
interface Declare<Body> {
  (title: string, body: Body): void;
  skip(title: string, body: Body): void;
}

/**
 * `describe` where what the tests need is there; elsewhere, in CI too, it skips and says why. For what not everybody can
 * have: PowerShell 7, a recording that is not ours to hand on, another operating system.
 *
 * @param missing as above; undefined wherever it is found
 */
export function describeWhere(missing: Want | undefined, title: string, body: () => void): void {
  declareWhere<() => void>(describe, missing, title, body);
}

/** The same for one test. */
export function testWhere(missing: Want | undefined, title: string, body: jest.ProvidesCallback): void {
  declareWhere<jest.ProvidesCallback>(test, missing, title, body);
}

function declareWhere<Body>(
  declare: Declare<Body>,
  missing: Want | undefined,
  title: string,
  body: Body,
): void {
  if (missing === undefined) {
    declare(title, body);
  } else if (isThere(missing)) {
    test(title, () => unfounded(missing));
  } else {
    // Its check was just run and failed. `test/reporter/counts.js` lists the reasons at the end of a run, and fails a run
    // in which a title lacks one, or how it is checked.
    declare.skip(`${title} [skipped for want of ${missing.what}; check: ${missing.check}]`, body);
  }
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
