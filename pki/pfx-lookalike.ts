import { firstDer, children, identifier, wholeNumber } from './der';
import { PkiError } from './error';

/** A kind of file that people give in place of a PFX, and how to make a PFX of it. */
interface Lookalike {
  readonly is: (bytes: Buffer, text: string) => boolean;
  readonly error: () => PkiError;
}

const JAVA_KEY_STORE = 0xfeedfeed;
const SIGNED_DATA = '1.2.840.113549.1.7.2';

const LOOKALIKES: readonly Lookalike[] = [
  {
    is: (_bytes, text) => text.startsWith('PuTTY-User-Key-File-'),
    error: () =>
      new PkiError('not-a-pfx', 'it is a key of PuTTY, without a certificate', {
        remedy: 'A PFX holds a certificate with its key.',
      }),
  },
  {
    is: (_bytes, text) => isPfx(decoded(text)),
    error: () =>
      new PkiError('text', 'the file is a PFX as Base64 text, not the PFX itself', {
        remedy:
          'Decode it: certutil -decode <file> <new file> on Windows; elsewhere grep -v -e "-----" <file> | base64 -d > <new file>. Secret stores often hold a PFX in this form.',
      }),
  },
  {
    is: (_bytes, text) => /^-----BEGIN [A-Z0-9 ]+-----/m.test(text),
    error: () =>
      new PkiError('not-a-pfx', 'the file holds PEM text', {
        remedy:
          'Put the key, the certificate and those of its certification authorities together: openssl pkcs12 -export -in <certificate> -inkey <key> -certfile <chain> -out <new file>.',
      }),
  },
  {
    is: (bytes) => bytes.length > 4 && bytes.readUInt32BE(0) === JAVA_KEY_STORE,
    error: () =>
      new PkiError('not-a-pfx', 'the file is a Java key store of the old format', {
        remedy:
          'Convert it: keytool -importkeystore -srckeystore <file> -destkeystore <new file> -deststoretype PKCS12.',
      }),
  },
  {
    is: (bytes) => bytes[0] === 0x30 && isCertificates(bytes),
    error: () =>
      new PkiError('not-a-pfx', 'the file holds certificates without a private key (.cer, .p7b)', {
        remedy: 'Export the certificate with its private key on the machine where its request was created.',
      }),
  },
];

/** What the bytes are instead of a PFX; `undefined` where that is not known. */
export function lookalike(bytes: Buffer): PkiError | undefined {
  const text = textOf(bytes);
  return LOOKALIKES.find(({ is }) => is(bytes, text))?.error();
}

/** PowerShell's redirection writes UTF-16 with a byte order mark. */
function textOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le', 2);
  return bytes.toString('latin1').replace(/^\xef\xbb\xbf/, '');
}

/** The bytes of Base64 text, with or without the lines of PEM; empty where the text is no Base64. */
function decoded(text: string): Buffer {
  const base64 = text.replace(/-----[A-Z0-9 ]+-----/g, '').replace(/\s/g, '');
  return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : Buffer.alloc(0);
}

function isPfx(bytes: Buffer): boolean {
  const [version, content] = partsOf(bytes);
  return wholeNumber(version) === 3 && identifier(children(content)[0]) !== '';
}

/** True for certificates: one begins with its signed part, and a PKCS #7 file with its content type. */
function isCertificates(bytes: Buffer): boolean {
  const [first, second] = partsOf(bytes);
  return identifier(first) === SIGNED_DATA || (first?.tag === 0x30 && identifier(children(second)[0]) !== '');
}

function partsOf(bytes: Buffer) {
  try {
    return children(firstDer(bytes));
  } catch {
    return [];
  }
}
