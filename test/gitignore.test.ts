import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

test.each([
  ['certificates/webmail.crt', false],
  ['certificates/webmail.cer', false],
  ['certificates/webmail.pfx', true],
  ['certificates/webmail.p12', true],
  ['certificates/webmail.key', true],
  ['certificates/webmail.pem', true],
])('git leaves %s out: %s', (file, isIgnored) => {
  const folder = mkdtempSync(join(tmpdir(), 'gitignore-'));
  try {
    cpSync(join(__dirname, '../.gitignore'), join(folder, '.gitignore'));
    const git = (...args: readonly string[]) => spawnSync('git', args, { cwd: folder }).status;
    expect(git('init', '--quiet')).toBe(0);
    expect(git('check-ignore', '--quiet', file)).toBe(isIgnored ? 0 : 1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
