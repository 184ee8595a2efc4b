import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describeNeeding } from '../../requirement';

const root = resolve(__dirname, '../../..');

/** The Python of the virtual environment that `docs/powershell-remoting.md` says how to make. */
export const python = join(root, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

export function describeWithPython(title: string, body: () => void): void {
  const remedy =
    'python3 -m venv .venv && .venv/bin/pip install --require-hashes -r test/remoting/python/requirements.txt installs it';
  describeNeeding(existsSync(python) ? '' : `psrpcore; ${remedy}`, title, body);
}

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
