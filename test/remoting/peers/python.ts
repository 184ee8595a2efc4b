import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describeNeeding, type Want } from '../../requirement';

const root = resolve(__dirname, '../../..');

/** The Python of the virtual environment that `docs/powershell-remoting.md` says how to make. */
export const python = join(root, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

export function describeWithPython(title: string, body: () => void): void {
  const want = {
    what: 'psrpcore, which docs/powershell-remoting.md says how to install',
    check: '.venv/bin/python -c "import psrpcore"',
  };
  describeNeeding(hasPackage('psrpcore') ? undefined : want, title, body);
}

/** Undefined where pypsrp and what it uses are there. */
export function missingPypsrp(): Want | undefined {
  if (hasPackage('pypsrp')) return undefined;
  return {
    what: 'pypsrp (.venv/bin/pip install --require-hashes -r test/remoting/python/requirements-wsman.txt)',
    check: '.venv/bin/python -c "import pypsrp"',
  };
}

export function describeWithPypsrp(title: string, body: () => void): void {
  describeNeeding(missingPypsrp(), title, body);
}

/** Whether the virtual environment has a package. */
function hasPackage(name: string): boolean {
  const lib = resolve(python, '../../lib');
  if (!existsSync(lib)) return false;
  return readdirSync(lib).some((version) => existsSync(join(lib, version, 'site-packages', name)));
}

/** Environment of a Python peer: nothing of ours but the path. */
export const pythonEnvironment = {
  PATH: process.env['PATH'] ?? '',
  PYTHONUTF8: '1',
  PYTHONDONTWRITEBYTECODE: '1',
};
