import { readFileSync, statSync } from 'node:fs';

/**
 * The secret in a file that only its owner can read, without the line break at its end. On Windows, where the mode says
 * nothing, the file's access list is the user's care.
 *
 * @param variable environment variable that names the file, for the message
 * @throws Error where the file cannot be read, others can read it, or it is empty; the message names it and the remedy
 */
export function readSecretFile(file: string, variable: string): string {
  const wrong = (why: string, cause?: unknown) =>
    new Error(`${variable} names '${file}', which ${why}`, { cause });
  let mode: number;
  let text: string;
  try {
    mode = statSync(file).mode;
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw wrong(`cannot be read (${(error as Error).message}); put it there, or correct the path`, error);
  }
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw wrong(`can be read by others; make it yours alone (chmod 600 '${file}')`);
  }
  const secret = text.replace(/\r?\n$/, '');
  // An empty password would be tried, and counts towards locking the account.
  if (secret === '') throw wrong('is empty; write the password into it');
  return secret;
}
