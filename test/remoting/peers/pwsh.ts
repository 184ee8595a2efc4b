import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

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

/** `describe` where there is PowerShell. Elsewhere, in CI too, it says so and skips. */
export function describeWithPwsh(title: string, body: () => void): void {
  if (pwsh === undefined)
    process.stderr.write(
      `SKIPPED: ${title}: tests against real PowerShell, because no pwsh is on the PATH.\n`,
    );
  (pwsh === undefined ? describe.skip : describe)(title, body);
}
