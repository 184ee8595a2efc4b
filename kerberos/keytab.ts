import { readGuardedFile, UnfitFile } from '../files/guarded-file';
import { CLIENT_KEYTAB } from './keytab-name';

/** The keytab of one account has a few hundred bytes. That of a host with many services has some thousand keys. */
const MOST_BYTES = 4 * 1024 * 1024;
/**
 * Major and minor version of the format. In this version numbers are big-endian (MIT's documentation, "Keytab file
 * format").
 */
const BEGINNING = Buffer.from([5, 2]);
const BASE64 = /^[A-Za-z0-9+/\r\n]+={0,2}\s*$/;

/** The AES encryption types of RFC 3962 and RFC 8009, by their numbers in the registry of RFC 3961. */
const AES: ReadonlySet<number> = new Set([17, 18, 19, 20]);
const RC4: ReadonlySet<number> = new Set([23, 24]);
const DES: ReadonlySet<number> = new Set([1, 2, 3]);

/** Owner and kind of a key. The key itself is not kept. */
export interface KeytabKey {
  /** For example `deploy@EXAMPLE.COM`. */
  readonly principal: string;
  readonly encryption: number;
}

/** What is wrong with a keytab, in words that follow its name, and the remedy. */
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
  /** In the order of the file. Empty where the file cannot be read. */
  readonly keys: readonly KeytabKey[];
  /** Left out where the keytab has an AES key. */
  readonly fault?: KeytabFault;
}

/** Reads a keytab without the library, which says the same of every fault: that there are no credentials. */
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
      remedy: `Put the keytab at this path, or correct the path${NAMED}.`,
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
    // The Base64 text of a keytab begins with that of its first two bytes.
    return content.toString('latin1', 0, 3) === 'BQI' && BASE64.test(content.toString('latin1'))
      ? {
          kind: 'base64',
          message: `the keytab ${file} is still Base64 text, the form in which secret stores hold it`,
          remedy: `Decode it: base64 -d ${file} > other file, and name that.`,
        }
      : {
          kind: 'foreign',
          message: `${file} is not a keytab: it does not begin with the bytes 05 02`,
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
 * The fault of a keytab that holds no key of a principal.
 *
 * @param realm for a principal without one
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
    remedy: `Name the keytab of ${principal}, or sign in as an account that this keytab has keys of; letter case counts. If the ticket cache holds tickets of another account, KRB5CCNAME=MEMORY: leaves them aside.`,
  };
}

/** Each principal once, in the order of the file. The library signs in with the first one by default. */
export function principalsOf(keys: readonly KeytabKey[]): readonly string[] {
  return [...new Set(keys.map(({ principal }) => principal))];
}

function encryptionName(encryption: number): string {
  if (RC4.has(encryption)) return 'RC4';
  return DES.has(encryption) ? 'DES' : `encryption type ${encryption}`;
}

/** The keys of a file that begins as a keytab does. An entry that is cut off at the end is left out. */
function keysIn(content: Buffer): readonly KeytabKey[] {
  const keys: KeytabKey[] = [];
  let at = BEGINNING.length;
  while (at + 4 <= content.length) {
    const length = content.readInt32BE(at);
    at += 4;
    // The library takes it as the end of the file.
    if (length === 0) break;
    // A negative length marks a hole, which a removed key has left.
    const size = Math.abs(length);
    if (at + size > content.length) break;
    const key = length < 0 ? undefined : keyIn(content.subarray(at, at + size));
    if (key !== undefined) keys.push(key);
    at += size;
  }
  return keys;
}

class CutOff extends Error {}

/** `undefined` where a length in the entry leads past its end. */
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
    // Skips the type of the name, the time, and the low byte of the key's version.
    at += 4 + 4 + 1;
    return { principal: `${names.join('/')}@${realm}`, encryption: number() };
  } catch (error) {
    if (error instanceof CutOff) return undefined;
    throw error;
  }
}
