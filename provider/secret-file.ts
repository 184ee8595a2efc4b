import { readFileSync, statSync } from 'node:fs';

/**
 * The text of a file that only its owner can read. On Windows, where the mode says nothing, the file's access list
 * is the user's care.
 *
 * @throws Error where it cannot be read or others can read it; the message names the file and the remedy
 */
export function readSecretFile(file: string): string {
  const others = process.platform === 'win32' ? 0 : statSync(file).mode & 0o077;
  if (others !== 0) {
    throw new Error(`'${file}' can be read by others; make it yours alone (chmod 600 '${file}')`);
  }
  return readFileSync(file, 'utf8');
}
