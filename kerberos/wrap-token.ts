import { problem } from './problem';
import type { Sealed } from './security-context';

/** RFC 4121, section 4.2.6.2: id, flags, filler, extra count, right rotation count, sequence number. */
const HEAD_BYTES = 16;
const WRAP = 0x0504;
const SEALED = 2;
const EXTRA_COUNT = 4;
const ROTATION = 6;
/** The confounder of an AES encryption type: one block. */
const CONFOUNDER_BYTES = 16;

/**
 * Splits a wrap token into a header and a part that is as long as the message, as Windows does, and as [MS-WSMV]
 * 2.2.9.1.1.2.2 sends it. The encrypted part of a token consists of confounder, message, copy of the token's header,
 * and checksum. The last two are rotated to the front; the token's header says so, and every receiver undoes it.
 *
 * @throws KerberosError `encryption-unsupported` where the token has an older form, as with RC4 (RFC 4757)
 */
export function splitWrapToken(token: Buffer, messageBytes: number): Sealed {
  if (!isSealedToken(token)) throw problem('encryption-unsupported', {}, 'the session key is not one of AES');
  const headerBytes = token.length - messageBytes;
  const rotation = headerBytes - HEAD_BYTES - CONFOUNDER_BYTES;
  if (rotation < HEAD_BYTES || token.readUInt16BE(EXTRA_COUNT) !== 0) {
    throw problem('encryption-unsupported', {}, 'the token is longer or shorter than one of AES');
  }
  const body = token.subarray(HEAD_BYTES);
  const before = body.length === 0 ? 0 : token.readUInt16BE(ROTATION) % body.length;
  const head = Buffer.from(token.subarray(0, HEAD_BYTES));
  head.writeUInt16BE(rotation, ROTATION);
  // Rotates left by the present count, and then right by the intended one.
  const start = (before + body.length - rotation) % body.length;
  const rotated = Buffer.concat([head, body.subarray(start), body.subarray(0, start)]);
  return { header: rotated.subarray(0, headerBytes), data: rotated.subarray(headerBytes) };
}

/** @throws KerberosError `message-invalid` where this is no AES-sealed token */
export function joinWrapToken(header: Uint8Array, data: Uint8Array): Buffer {
  const token = Buffer.concat([header, data]);
  if (!isSealedToken(token)) throw problem('message-invalid', {}, 'it is not sealed with AES');
  return token;
}

/** Whether the bytes begin as an AES-sealed token does. */
export function isSealedToken(token: Buffer): boolean {
  return (
    token.length >= HEAD_BYTES + CONFOUNDER_BYTES &&
    token.readUInt16BE(0) === WRAP &&
    ((token[2] ?? 0) & SEALED) !== 0
  );
}
