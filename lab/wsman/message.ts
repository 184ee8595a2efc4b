import type { IncomingMessage } from 'node:http';
import { isEncryptedType } from '../../remoting/transports/wsman/encrypted-message';
import type { Connection } from './connection';
import type { Sealing } from './sealing';

/** The body of a client's request. */
export type Message =
  | { readonly kind: 'empty' }
  /** `sealing`: decrypted the body, and encrypts the answer. */
  | { readonly kind: 'text'; readonly text: string; readonly sealing?: Sealing }
  /** The body is larger than an envelope may be. */
  | { readonly kind: 'too-large'; readonly sealing?: Sealing }
  /** The body is not encrypted, neither by TLS nor by Kerberos. */
  | { readonly kind: 'unsealed' }
  /** The body claims an encryption that the connection does not have, or that does not decrypt it. */
  | { readonly kind: 'not-ours' };

/**
 * The most bytes of a body that are kept, more than any envelope has: a body that is too large must be decrypted too, since
 * the encryption numbers the messages of a connection, and every later one fails where one is left out.
 */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** The whole body; `undefined` where it exceeds the limit. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return bytes > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks);
}

/** @param most bytes that an envelope may have */
export function messageOf(
  connection: Connection,
  contentType: string,
  body: Buffer | undefined,
  most: number,
): Message {
  const { sealing, encrypted } = connection;
  const sealed = isEncryptedType(contentType);
  if (body === undefined) return { kind: 'too-large', ...(sealed && sealing ? { sealing } : {}) };
  if (body.length === 0) return { kind: 'empty' };
  if (!sealed) {
    if (!encrypted) return { kind: 'unsealed' };
    return body.length > most ? { kind: 'too-large' } : { kind: 'text', text: textOf(body, contentType) };
  }
  if (sealing === undefined) return { kind: 'not-ours' };
  try {
    const opened = sealing.open(body);
    if (opened.bytes.length > most) return { kind: 'too-large', sealing };
    return { kind: 'text', text: textOf(opened.bytes, opened.type), sealing };
  } catch {
    return { kind: 'not-ours' };
  }
}

/** Windows' own client sends UTF-16 with a byte order mark, others UTF-8. */
function textOf(bytes: Buffer, contentType: string): string {
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(wide || /charset="?utf-16/i.test(contentType) ? 'utf-16le' : 'utf-8').decode(bytes);
}
