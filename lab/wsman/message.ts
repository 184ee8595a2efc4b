import type { IncomingMessage } from 'node:http';
import { isEncryptedType } from '../../remoting/transports/wsman/encrypted-message';
import type { Connection } from './connection';
import type { Sealing } from './sealing';

/** What a client sent. */
export type Message =
  | { readonly kind: 'empty' }
  /** `sealing`: what it was sealed by, and the answer is to be. */
  | { readonly kind: 'text'; readonly text: string; readonly sealing?: Sealing }
  /** More than an envelope may be. */
  | { readonly kind: 'too-large'; readonly sealing?: Sealing }
  /** Nothing protects it. */
  | { readonly kind: 'unsealed' }
  /** What it claims to be sealed by is not there, or does not unseal it. */
  | { readonly kind: 'not-ours' };

/** Bytes of a body that are kept, more than any envelope has: also one that is too large is unsealed in its order. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** The whole body; `undefined` where it is past all bounds. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return bytes > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks);
}

/** @param most bytes of an envelope */
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
