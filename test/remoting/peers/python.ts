import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describeNeeding } from '../../requirement';

const root = resolve(__dirname, '../../..');

/** The Python of the virtual environment that `docs/powershell-remoting.md` says how to make. */
export const python = join(root, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/**
 * `describe`, or, where the environment is missing, `describe.skip` with a word about it. In CI it is never skipped:
 * the tests then fail for want of the program.
 */
export const describeWithPython: typeof describe.skip = ((): typeof describe.skip => {
  if (existsSync(python) || process.env['CI'] !== undefined) return describe;
  process.stderr.write(
    `SKIPPED: tests against psrpcore, because ${python} is missing. To run them:\n` +
      '  python3 -m venv .venv && .venv/bin/pip install --require-hashes -r test/remoting/python/requirements.txt\n',
  );
  return describe.skip;
})();

/** Why pypsrp and what it uses are not there, with the remedy; empty where they are. */
export function missingPypsrp(): string {
  return hasPypsrp()
    ? ''
    : 'pypsrp; .venv/bin/pip install --require-hashes -r test/remoting/python/requirements-wsman.txt installs it';
}

export function describeWithPypsrp(title: string, body: () => void): void {
  describeNeeding(missingPypsrp(), title, body);
}

function hasPypsrp(): boolean {
  const lib = resolve(python, '../../lib');
  if (!existsSync(lib)) return false;
  return readdirSync(lib).some((version) => existsSync(join(lib, version, 'site-packages/pypsrp')));
}

/** Environment of a Python peer: nothing of ours but the path. */
export const pythonEnvironment = {
  PATH: process.env['PATH'] ?? '',
  PYTHONUTF8: '1',
  PYTHONDONTWRITEBYTECODE: '1',
};
