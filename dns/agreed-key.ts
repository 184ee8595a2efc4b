import { randomBytes } from 'node:crypto';

import { CLASSES, nameOfCode, rcodeName, RCODES, TKEY_ERRORS, TYPES } from './codes';
import { DnsError } from './dns-error';
import type { Message, Received, WireRecord } from './message';
import { decodeName, encodeName, fold, MalformedMessage } from './name';
import { type AgreedKey, currentTime, GSS_ALGORITHM, type SignatureContext, verify } from './tsig';

/** A key that a client and a server agree on by Kerberos: TKEY (RFC 2930), as RFC 3645 uses it. */

/** The mode in which both ends exchange tokens of GSS-API (RFC 2930, section 2.5). */
const GSS_API = 3;
/** Seconds for which the key is requested. A server may shorten them. The key signs one update. */
const LIFETIME_SECONDS = 3600;
/** Kerberos takes one token in each direction, and SPNEGO usually no more. */
const MAX_TOKENS = 8;

export interface Answered {
  readonly bytes: Buffer;
  readonly received: Received;
}

/**
 * Agrees on a key that signs the next messages.
 *
 * @param host of the server, which becomes part of the key's name
 * @param context the initiator's, which has not made a token yet
 * @param ask sends a question with an additional record, unsigned, over a transport that takes large messages
 * @throws DnsError where the server does not agree; and what the context throws
 */
export async function agreeOnKey(
  host: string,
  context: SignatureContext,
  ask: (question: Message['questions'][number], record: WireRecord) => Promise<Answered>,
): Promise<AgreedKey> {
  // Two clients must not use the same name (RFC 3645, section 3.1.1).
  const name = `${randomBytes(8).toString('hex')}.${host}.`;
  const key: AgreedKey = { name, context };
  let token = await context.token();
  for (let turn = 0; token !== undefined; turn++) {
    // If so, the server only confirms the token, by a record that repeats it (RFC 3645, section 3.1.3.1).
    const isLast = context.complete;
    if (turn === MAX_TOKENS)
      throw new DnsError(`after ${MAX_TOKENS} tokens there is still no key agreed by Kerberos`);
    const answered = await ask(
      { name, type: TYPES.TKEY, class: CLASSES.ANY },
      { name, type: TYPES.TKEY, class: CLASSES.ANY, ttl: 0, data: tokenData(token) },
    );
    const answer = tokenIn(answered.received.message, name);
    token = isLast ? undefined : await context.token(answer);
    if (context.complete) assertSigned(answered, key, isLast);
  }
  if (!context.complete) throw new DnsError('the server broke off the agreement on a key by Kerberos');
  return key;
}

function tokenData(token: Buffer): Buffer {
  const now = currentTime();
  const fixed = Buffer.alloc(14);
  fixed.writeUInt32BE(now, 0);
  fixed.writeUInt32BE(now + LIFETIME_SECONDS, 4);
  fixed.writeUInt16BE(GSS_API, 8);
  fixed.writeUInt16BE(token.length, 12);
  return Buffer.concat([encodeName(GSS_ALGORITHM), fixed, token, Buffer.alloc(2)]);
}

/** Gives the token in the server's answer. */
function tokenIn({ rcode, answers }: Message, name: string): Buffer {
  if (rcode !== RCODES.NOERROR) {
    throw new DnsError(`the server answers ${rcodeName(rcode)} when a key is to be agreed by Kerberos`);
  }
  const record = answers.find(({ type, name: of }) => type === TYPES.TKEY && fold(of) === fold(name));
  if (record === undefined || !Buffer.isBuffer(record.data)) {
    throw new DnsError('the server answers without a key when one is to be agreed by Kerberos');
  }
  const { error, token } = readTokenData(record.data);
  if (error === 0) return token;
  throw new DnsError(
    `the server refuses to agree on a key by Kerberos (${nameOfCode(TKEY_ERRORS, error, 'error ')}): either it has another name in the realm than the one used here, or its own keytab holds another key than the realm`,
  );
}

function readTokenData(data: Buffer): { readonly error: number; readonly token: Buffer } {
  const { end } = decodeName(data, 0);
  if (end + 14 > data.length) throw new MalformedMessage('the key record leaves its message');
  const length = data.readUInt16BE(end + 12);
  if (end + 14 + length > data.length) throw new MalformedMessage('the token leaves the key record');
  return { error: data.readUInt16BE(end + 10), token: data.subarray(end + 14, end + 14 + length) };
}

/**
 * Demands that the last answer is signed with the new key (RFC 3645, section 4.1.3). Windows DNS and BIND sign it,
 * without the MAC of a request, since the request had none ([MS-GSSA], section 3.1.5.1). The signature counts as the
 * server's first one.
 *
 * @param confirms true where only this signature proves the server; otherwise the server's token did, and a missing
 *   signature is accepted, though not a wrong one (section 3.1.3.2)
 */
function assertSigned({ bytes, received }: Answered, key: AgreedKey, confirms: boolean): void {
  const { signature } = received;
  if (signature === undefined) {
    if (!confirms) return;
    throw new DnsError('the answer by which the server agrees on a key by Kerberos is not signed');
  }
  const verdict = verify(bytes, signature, [key]);
  if (verdict.kind === 'refused') {
    throw new DnsError(
      `the answer by which the server agrees on a key by Kerberos has a wrong signature (${verdict.error})`,
    );
  }
}
