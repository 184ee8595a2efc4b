import { readFileSync, statSync } from 'node:fs';

/**
 * The secret in a file that only its owner can read, without the line break at its end. On Windows, where the mode says
 * nothing, the file's access list is the user's care.
 *
 * @param variable environment variable that names the file, for the message
 * @throws Error where the file cannot be read, others can read it, or it is empty; the message names it and the remedy
 */
export function readSecretFile(file: string, variable: string): string {
  let mode: number;
  let text: string;
  try {
    mode = statSync(file).mode;
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`${variable} names '${file}', which cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new Error(`'${file}' can be read by others; make it yours alone (chmod 600 '${file}')`);
  }
  const secret = text.replace(/\r?\n$/, '');
  // An empty password would be tried, and counts towards locking the account.
  if (secret === '') throw new Error(`${variable} names '${file}', which is empty`);
  return secret;
}
