import { readGuardedFile, UnfitFile } from '../files/guarded-file';
import { CLIENT_KEYTAB } from './keytab-name';

/** A keytab of one account has a few hundred bytes; those of hosts with many services have some thousand keys. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Major and minor version of the format, whose numbers are big-endian (MIT's documentation, "Keytab file format"). */
const BEGINNING = Buffer.from([5, 2]);
const BASE64 = /^[A-Za-z0-9+/\r\n]+={0,2}\s*$/;

/** Encryption types (RFC 3961's registry): AES of RFC 3962 and RFC 8009. */
const AES: ReadonlySet<number> = new Set([17, 18, 19, 20]);
const RC4: ReadonlySet<number> = new Set([23, 24]);
const DES: ReadonlySet<number> = new Set([1, 2, 3]);

/** Whose key it is, and of what kind; the key itself is not kept. */
export interface KeytabKey {
  /** For example `deploy@EXAMPLE.COM`. */
  readonly principal: string;
  readonly encryption: number;
}

/** What is wrong with a keytab, as the words that go on from its name, and what to do. */
export interface KeytabFault {
  readonly kind:
    | 'missing'
    | 'unreadable'
    | 'empty'
    | 'base64'
    | 'foreign'
    | 'no-key'
    | 'no-aes-key'
    | 'no-key-of-principal';
  readonly message: string;
  readonly remedy: string;
}

export interface Keytab {
  /** In the order of the file; none where it cannot be read. */
  readonly keys: readonly KeytabKey[];
  /** Left out: it has an AES key. */
  readonly fault?: KeytabFault;
}

/** Looks at a keytab without the library, which says of every fault only that there are no credentials. */
export function readKeytab(file: string): Keytab {
  let content: Buffer;
  try {
    content = readGuardedFile(file, { mostBytes: MOST_BYTES });
  } catch (error) {
    if (!(error instanceof UnfitFile)) throw error;
    return { keys: [], fault: unread(file, error) };
  }
  const keys = content.subarray(0, BEGINNING.length).equals(BEGINNING) ? keysIn(content) : undefined;
  const fault = faultOf(file, content, keys);
  return { keys: keys ?? [], ...(fault === undefined ? {} : { fault }) };
}

function unread(file: string, { why, cause }: UnfitFile): KeytabFault {
  if ((cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    return {
      kind: 'missing',
      message: `there is no file ${file}`,
      remedy: `Put the keytab there, or correct its path${NAMED}.`,
    };
  }
  return {
    kind: 'unreadable',
    message: `the keytab ${file} ${why}`,
    remedy: `Check its path${NAMED}, and that the account that runs this may read it.`,
  };
}

const NAMED = ` where it is named (${CLIENT_KEYTAB})`;
const ANEW = 'Put it there again, or make it anew with ktutil, ktpass or msktutil';

function faultOf(
  file: string,
  content: Buffer,
  keys: readonly KeytabKey[] | undefined,
): KeytabFault | undefined {
  if (content.length === 0) {
    return { kind: 'empty', message: `the keytab ${file} is empty`, remedy: `${ANEW}.` };
  }
  if (keys === undefined) {
    // Of a keytab the text begins so: it is its first two bytes.
    return content.toString('latin1', 0, 3) === 'BQI' && BASE64.test(content.toString('latin1'))
      ? {
          kind: 'base64',
          message: `the keytab ${file} is Base64 text, as secret stores hold it, and not decoded`,
          remedy: `Decode it: base64 -d ${file} > other file, and name that.`,
        }
      : {
          kind: 'foreign',
          message: `${file} is no keytab: it does not begin with the bytes 05 02`,
          remedy: `${ANEW}.`,
        };
  }
  if (keys.length === 0) {
    return { kind: 'no-key', message: `the keytab ${file} has no key in it`, remedy: `${ANEW}.` };
  }
  if (keys.some(({ encryption }) => AES.has(encryption))) return undefined;
  const kinds = [...new Set(keys.map(({ encryption }) => encryptionName(encryption)))];
  return {
    kind: 'no-aes-key',
    message: `the keytab ${file} has no AES key, but ${kinds.join(' and ')} of ${principalsOf(keys).join(', ')}`,
    remedy:
      'Make it anew with an AES key (ktutil: addent -e aes256-cts-hmac-sha1-96; ktpass: /crypto AES256-SHA1).',
  };
}

/**
 * The fault that a keytab has for a principal of whom it holds no key.
 *
 * @param realm of a principal that names none
 */
export function keyLacking(
  file: string,
  keys: readonly KeytabKey[],
  principal: string | undefined,
  realm = '',
): KeytabFault | undefined {
  const there = principalsOf(keys);
  if (principal === undefined) return undefined;
  if (there.includes(principal) || there.includes(`${principal}@${realm}`)) return undefined;
  return {
    kind: 'no-key-of-principal',
    message: `the keytab ${file} has no key of ${principal}, but of ${there.join(', ')}`,
    remedy: `Name the keytab of ${principal}, or sign in as one that it has keys of; letter case counts. Where tickets of somebody else are in the way, KRB5CCNAME=MEMORY: keeps them out.`,
  };
}

/** Each once, in the order of the file; the library signs in with the first unless it is told another. */
export function principalsOf(keys: readonly KeytabKey[]): readonly string[] {
  return [...new Set(keys.map(({ principal }) => principal))];
}

function encryptionName(encryption: number): string {
  if (RC4.has(encryption)) return 'RC4';
  return DES.has(encryption) ? 'DES' : `encryption type ${encryption}`;
}

/** The keys of a file that begins as a keytab; what is cut off at its end is not there. */
function keysIn(content: Buffer): readonly KeytabKey[] {
  const keys: KeytabKey[] = [];
  let at = BEGINNING.length;
  while (at + 4 <= content.length) {
    const length = content.readInt32BE(at);
    at += 4;
    // The library takes it for the end.
    if (length === 0) break;
    // A negative length is that of a hole, which a key that was removed has left.
    const size = Math.abs(length);
    if (at + size > content.length) break;
    const key = length < 0 ? undefined : keyIn(content.subarray(at, at + size));
    if (key !== undefined) keys.push(key);
    at += size;
  }
  return keys;
}

class CutOff extends Error {}

/** `undefined` where a length in it goes past its end. */
function keyIn(entry: Buffer): KeytabKey | undefined {
  let at = 0;
  const number = (): number => {
    if (at + 2 > entry.length) throw new CutOff();
    const value = entry.readUInt16BE(at);
    at += 2;
    return value;
  };
  const text = (): string => {
    const length = number();
    if (at + length > entry.length) throw new CutOff();
    const value = entry.toString('utf8', at, at + length);
    at += length;
    return value;
  };
  try {
    const components = number();
    const realm = text();
    const names = Array.from({ length: components }, text);
    // Type of the name, time, and the low byte of the key's version.
    at += 4 + 4 + 1;
    return { principal: `${names.join('/')}@${realm}`, encryption: number() };
  } catch (error) {
    if (error instanceof CutOff) return undefined;
    throw error;
  }
}
