import { createHmac, timingSafeEqual } from 'node:crypto';

import { CLASSES, type TSIG_ERRORS, TYPES } from './codes';
import { encodeRecord, type Received, type WireRecord } from './message';
import { decodeName, encodeName, fold, MalformedMessage, nameProblem } from './name';

/** Signatures of messages: TSIG (RFC 8945) with a shared key, or with one that Kerberos agrees on (RFC 3645). */

/** Digests by the names of algorithms that hashicorp/dns and BIND use. */
const ALGORITHMS = {
  'hmac-md5': { wire: 'hmac-md5.sig-alg.reg.int.', digest: 'md5', bytes: 16 },
  'hmac-sha1': { wire: 'hmac-sha1.', digest: 'sha1', bytes: 20 },
  'hmac-sha256': { wire: 'hmac-sha256.', digest: 'sha256', bytes: 32 },
  'hmac-sha512': { wire: 'hmac-sha512.', digest: 'sha512', bytes: 64 },
} as const;

export type TsigAlgorithm = keyof typeof ALGORITHMS;
export const TSIG_ALGORITHMS = Object.keys(ALGORITHMS) as readonly TsigAlgorithm[];

function isTsigAlgorithm(name: string): name is TsigAlgorithm {
  return (TSIG_ALGORITHMS as readonly string[]).includes(name);
}

export interface SharedKey {
  /** Absolute: `update.`. Letter case does not count. */
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  readonly secret: Buffer;
}

/** The algorithm of a key that Kerberos agrees on. */
export const GSS_ALGORITHM = 'gss-tsig.';

/** A context of GSS-API for one end: it proves both ends to each other, and then signs messages. */
export interface SignatureContext {
  readonly complete: boolean;
  /**
   * Takes the peer's token, and gives the next one to send; `undefined` where there is none. Without a token, it
   * begins.
   */
  token(received?: Uint8Array): Promise<Buffer | undefined>;
  sign(message: Uint8Array): Buffer;
  isSignatureOf(signature: Uint8Array, message: Uint8Array): boolean;
  close(): void;
}

/**
 * A key that both ends agreed on. Both ends count its signatures, so that no message can be repeated, left out or
 * reordered.
 */
export interface AgreedKey {
  /** Absolute. */
  readonly name: string;
  readonly context: SignatureContext;
}

export type TsigKey = SharedKey | AgreedKey;

const wireAlgorithm = (key: TsigKey): string =>
  'context' in key ? GSS_ALGORITHM : ALGORITHMS[key.algorithm].wire;

function macOf(key: TsigKey, covered: Buffer): Buffer {
  if ('context' in key) return key.context.sign(covered);
  return createHmac(ALGORITHMS[key.algorithm].digest, key.secret).update(covered).digest();
}

/**
 * @param secret in Base64
 * @throws RangeError where an argument is wrong; its message never holds the secret
 */
export function tsigKey(name: string, algorithm: string, secret: string): SharedKey {
  const problem = nameProblem(name);
  if (problem !== undefined) throw new RangeError(`the name of the key is wrong: ${problem}`);
  if (!isTsigAlgorithm(algorithm)) {
    throw new RangeError(
      `'${algorithm}' is not an algorithm for keys; use one of ${TSIG_ALGORITHMS.join(', ')}`,
    );
  }
  const bytes = Buffer.from(secret, 'base64');
  if (bytes.length === 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(secret) || secret.length % 4 !== 0) {
    throw new RangeError('the key secret is not Base64');
  }
  return { name, algorithm, secret: bytes };
}

/** Seconds by which the two clocks may differ. RFC 8945 section 10 recommends 300. */
const FUDGE_SECONDS = 300;

/** The content of a TSIG record. */
export interface Signature {
  readonly keyName: string;
  readonly algorithm: string;
  /** Seconds since 1970. */
  readonly time: number;
  readonly fudge: number;
  readonly mac: Buffer;
  readonly originalId: number;
  readonly error: number;
  readonly other: Buffer;
}

type Variables = Omit<Signature, 'mac' | 'originalId'>;

export const currentTime = (): number => Math.floor(Date.now() / 1000);

/**
 * Decodes the TSIG record of a received message.
 *
 * @throws MalformedMessage where its data is not that of a TSIG record
 */
export function readSignature(bytes: Buffer, signature: NonNullable<Received['signature']>): Signature {
  const { record, start } = signature;
  if (record.class !== CLASSES.ANY || record.ttl !== 0)
    throw new MalformedMessage('the signature is malformed');
  const dataStart = decodeName(bytes, start).end + 10;
  const algorithm = decodeName(bytes, dataStart);
  const fixed = algorithm.end - dataStart;
  const { data } = record;
  // First 48 bits of time, the fudge and the length of the MAC; then the original id, the error and the length of the
  // rest.
  const macLength = fixed + 10 <= data.length ? data.readUInt16BE(fixed + 8) : Infinity;
  const afterMac = fixed + 10 + macLength;
  if (afterMac + 6 > data.length) throw new MalformedMessage('the signature is malformed');
  const otherLength = data.readUInt16BE(afterMac + 4);
  if (afterMac + 6 + otherLength !== data.length) throw new MalformedMessage('the signature is malformed');
  return {
    keyName: record.name,
    algorithm: algorithm.name,
    time: data.readUIntBE(fixed, 6),
    fudge: data.readUInt16BE(fixed + 6),
    mac: data.subarray(fixed + 10, afterMac),
    originalId: data.readUInt16BE(afterMac),
    error: data.readUInt16BE(afterMac + 2),
    other: data.subarray(afterMac + 6),
  };
}

/** A signed message, and its MAC, which the signature of the answer must cover. */
export interface Signed {
  readonly bytes: Buffer;
  readonly mac: Buffer;
}

export interface SigningOptions {
  /** The MAC of the request, for the signature of an answer. */
  readonly requestMac?: Buffer;
  /** Seconds since 1970. Left out: now. */
  readonly time?: number;
  readonly error?: number;
  readonly other?: Buffer;
}

/** Appends a TSIG record to an encoded message. */
export function sign(message: Buffer, key: TsigKey, options: SigningOptions = {}): Signed {
  const variables: Variables = {
    keyName: fold(key.name),
    algorithm: wireAlgorithm(key),
    time: options.time ?? currentTime(),
    fudge: FUDGE_SECONDS,
    error: options.error ?? 0,
    other: options.other ?? Buffer.alloc(0),
  };
  const mac = macOf(key, covered(message, variables, options.requestMac));
  return { bytes: append(message, { ...variables, mac, originalId: message.readUInt16BE(0) }), mac };
}

/**
 * Appends the TSIG record of an answer that cannot be signed, with an empty MAC (RFC 8945 section 5.3.2): the server
 * does not know the key, or the request's signature is wrong.
 */
export function appendError(message: Buffer, request: Signature, error: number): Buffer {
  const none = Buffer.alloc(0);
  return append(message, { ...request, error, mac: none, other: none, originalId: message.readUInt16BE(0) });
}

function append(message: Buffer, signature: Signature): Buffer {
  const record: WireRecord = {
    name: signature.keyName,
    type: TYPES.TSIG,
    class: CLASSES.ANY,
    ttl: 0,
    data: Buffer.concat([
      encodeName(signature.algorithm),
      timeBytes(signature.time),
      word(signature.fudge),
      word(signature.mac.length),
      signature.mac,
      word(signature.originalId),
      word(signature.error),
      word(signature.other.length),
      signature.other,
    ]),
  };
  const bytes = Buffer.concat([message, encodeRecord(record)]);
  bytes.writeUInt16BE(message.readUInt16BE(10) + 1, 10);
  return bytes;
}

/** What the MAC covers, in the order of RFC 8945 section 4.3. */
function covered(message: Buffer, variables: Variables, requestMac: Buffer | undefined): Buffer {
  return Buffer.concat([
    ...(requestMac === undefined ? [] : [word(requestMac.length), requestMac]),
    message,
    encodeName(fold(variables.keyName)),
    word(CLASSES.ANY),
    Buffer.alloc(4),
    encodeName(fold(variables.algorithm)),
    timeBytes(variables.time),
    word(variables.fudge),
    word(variables.error),
    word(variables.other.length),
    variables.other,
  ]);
}

export type Verdict =
  | { readonly kind: 'valid'; readonly key: TsigKey; readonly signature: Signature }
  | {
      readonly kind: 'refused';
      readonly error: keyof typeof TSIG_ERRORS;
      readonly signature: Signature;
      /** Set where the request's signature was right, so that the answer is signed with it. */
      readonly key?: TsigKey;
    };

export interface VerifyingOptions {
  /** The MAC of the request, for verifying an answer. */
  readonly requestMac?: Buffer;
  /** Seconds since 1970. Left out: now. */
  readonly time?: number;
}

/**
 * Verifies a received signature in the order of RFC 8945 section 5.2: key, MAC, time, truncation.
 *
 * @throws MalformedMessage where the record is malformed, or its MAC has an impossible length
 */
export function verify(
  bytes: Buffer,
  received: NonNullable<Received['signature']>,
  keys: readonly TsigKey[],
  options: VerifyingOptions = {},
): Verdict {
  const signature = readSignature(bytes, received);
  const key = keys.find(
    (candidate) =>
      fold(candidate.name) === fold(signature.keyName) &&
      wireAlgorithm(candidate) === fold(signature.algorithm),
  );
  if (key === undefined) return { kind: 'refused', error: 'BADKEY', signature };

  const { length } = signature.mac;
  const full = 'context' in key ? length : ALGORITHMS[key.algorithm].bytes;
  // A MAC is malformed where it is longer than the digest, or shorter than ten bytes or half of it (section 5.2.2.1). A
  // peer that could not sign sends an empty one.
  if (length > full || (length !== 0 && length < Math.max(10, full / 2))) {
    throw new MalformedMessage('the signature has an impossible length');
  }
  const unsigned = Buffer.from(bytes.subarray(0, received.start));
  unsigned.writeUInt16BE(signature.originalId, 0);
  unsigned.writeUInt16BE(unsigned.readUInt16BE(10) - 1, 10);
  if (!isSignature(signature.mac, key, covered(unsigned, signature, options.requestMac))) {
    return { kind: 'refused', error: 'BADSIG', signature };
  }
  if (Math.abs((options.time ?? currentTime()) - signature.time) > signature.fudge) {
    return { kind: 'refused', error: 'BADTIME', signature, key };
  }
  if (length < full) return { kind: 'refused', error: 'BADTRUNC', signature, key };
  return { kind: 'valid', key, signature };
}

function isSignature(mac: Buffer, key: TsigKey, message: Buffer): boolean {
  if (mac.length === 0) return false;
  if ('context' in key) return key.context.isSignatureOf(mac, message);
  return timingSafeEqual(macOf(key, message).subarray(0, mac.length), mac);
}

/** The server's time, as a BADTIME answer carries it (RFC 8945 section 5.2.3). */
export function timeBytes(time: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(time, 0, 6);
  return bytes;
}

function word(number: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(number);
  return bytes;
}
