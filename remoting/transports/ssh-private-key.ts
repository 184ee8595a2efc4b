import { createPrivateKey } from 'node:crypto';
import type { ParsedKey, utils } from 'ssh2';
import { readGuardedFile, SECRET_BYTES, UnfitFile } from '../../files/guarded-file';
import { RemotingError, type RemotingFacts } from '../remoting-error';

export type ParseKey = typeof utils.parseKey;

/**
 * Reads a private key in OpenSSH's form, in PEM, or in PKCS #8 with RSA or ECDSA. PuTTY's form is refused, with the way
 * to convert it: the library reads only older versions of it.
 *
 * @param passphrase left out: the key has none
 * @param where facts for the error
 * @param parseKey of ssh2, which is loaded only when it is needed
 * @throws RemotingError of kind `usage` where the file cannot be read, or its key cannot be used
 */
export async function readPrivateKey(
  file: string,
  passphrase: string | undefined,
  where: RemotingFacts,
  parseKey: ParseKey,
): Promise<ParsedKey> {
  const unusable = (why: string, cause: unknown): RemotingError =>
    new RemotingError('usage', `the private key ${file} ${why}`, { ...where, file }, { cause });
  let content: Buffer;
  try {
    content = readGuardedFile(file, { mostBytes: SECRET_BYTES, owned: true });
  } catch (error) {
    throw error instanceof UnfitFile ? unusable(error.why, error) : error;
  }
  if (content.toString('latin1').startsWith('PuTTY-User-Key-File-')) {
    const convert = `puttygen ${file} -O private-openssh -o ${openSshName(file)}`;
    throw unusable(
      `is a key of PuTTY: convert it with ${convert} (on Windows: PuTTYgen, Conversions, Export OpenSSH key), and name the new file`,
      undefined,
    );
  }
  try {
    const parsed = parseKey(fromPkcs8(content.toString(), passphrase), passphrase);
    if (parsed instanceof Error) throw parsed;
    return parsed;
  } catch (error) {
    throw unusable(`cannot be used: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

/** Turns OpenSSL's form of PEM (RFC 5958) into one that ssh2 reads. Any other text stays as it is. */
function fromPkcs8(text: string, passphrase: string | undefined): string {
  if (!/^-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/.test(text)) return text;
  const key = createPrivateKey({ key: text, ...(passphrase === undefined ? {} : { passphrase }) });
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return key.export({ type: 'pkcs1', format: 'pem' }).toString();
    case 'ec':
      return key.export({ type: 'sec1', format: 'pem' }).toString();
    default:
      throw new Error(`PKCS#8 with ${key.asymmetricKeyType}: convert it with ssh-keygen -p -f`);
  }
}

function openSshName(file: string): string {
  return `${file.replace(/\.ppk$/i, '')}.key`;
}
