import { readGuardedFile, SECRET_BYTES, UnfitFile } from '../files/guarded-file';

/**
 * Reads a secret from a file that only its owner can read, without the line break that editors put at the end. Anything
 * else that would be sent as part of the secret by mistake (a byte order mark, further lines) is refused: each attempt
 * with a wrong password counts towards locking the account.
 *
 * @param variable environment variable that names the file, for the message
 * @throws Error where the file is not fit to be read, or holds no single line of text; the message names it and the
 * remedy
 */
export function readSecretFile(file: string, variable: string): string {
  const wrong = (why: string, cause?: unknown) =>
    new Error(`${variable} names '${file}', which ${why}`, { cause });
  let content: Buffer;
  try {
    content = readGuardedFile(file, { mostBytes: SECRET_BYTES, owned: true, hidden: true });
  } catch (error) {
    throw error instanceof UnfitFile ? wrong(error.why, error) : error;
  }
  const text = utf8(content);
  if (text === undefined)
    throw wrong('is not UTF-8 text; write the password into it as UTF-8 without a byte order mark');
  if (text.startsWith('\ufeff')) {
    throw wrong(
      'begins with a byte order mark, which is not part of the password; save it as UTF-8 without a byte order mark',
    );
  }
  const secret = text.replace(/\r?\n$/, '');
  if (/^[\r\n]*$/.test(secret)) throw wrong('is empty; write the password into it');
  if (/[\r\n]$/.test(secret)) {
    throw wrong('ends with several line breaks, which are not part of the password; leave one at most');
  }
  if (/[\r\n]/.test(secret)) throw wrong('holds several lines; write only the password into it');
  return secret;
}

/** `undefined` where the file is not UTF-8, such as the UTF-16 that `>` writes in Windows PowerShell. */
function utf8(content: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
