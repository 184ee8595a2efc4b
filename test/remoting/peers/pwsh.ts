import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describeWhere } from '../../requirement';

/** Path of PowerShell; undefined where none is on the PATH. */
export const pwsh = ((): string | undefined => {
  const names = process.platform === 'win32' ? ['pwsh.exe'] : ['pwsh'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
})();

/** `describe` where there is PowerShell. It is in no package of Debian, so that CI goes on without. */
export function describeWithPwsh(title: string, body: () => void): void {
  const want = { what: 'PowerShell 7 on the PATH', check: 'pwsh --version' };
  describeWhere(pwsh === undefined ? want : undefined, title, body);
}
