import type { Socket } from 'node:net';

const HANDSHAKE = 22;
const RECORD_HEAD = 5;
/**
 * The length of what comes before the session id: type and length of the handshake message, the version, and the
 * client's random.
 */
const BEFORE_SESSION = 4 + 2 + 32;
const POST_HANDSHAKE_AUTH = 49;
/** A ClientHello has some hundred bytes; a record has at most 16 KB. */
const MAX_HELLO_BYTES = 16_384 + RECORD_HEAD;

/**
 * Reads the first record of a TLS connection and gives it back to the socket. The record is incomplete where the client
 * sends something else, or ends the connection early, which also ends it here.
 */
export async function peekRecord(socket: Socket): Promise<Buffer> {
  let seen = Buffer.alloc(0);
  for (;;) {
    const next = socket.read() as Buffer | null;
    if (next !== null) seen = Buffer.concat([seen, next]);
    if (isWhole(seen) || socket.readableEnded || socket.destroyed) break;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        for (const event of ['readable', 'end', 'close']) socket.off(event, done);
        resolve();
      };
      for (const event of ['readable', 'end', 'close']) socket.once(event, done);
    });
  }
  if (socket.readableEnded) socket.destroy();
  else if (!socket.destroyed && seen.length > 0) socket.unshift(seen);
  return seen;
}

function isWhole(seen: Buffer): boolean {
  if (seen.length < RECORD_HEAD) return false;
  return (
    seen[0] !== HANDSHAKE || seen.length >= Math.min(RECORD_HEAD + seen.readUInt16BE(3), MAX_HELLO_BYTES)
  );
}

/**
 * Whether a client may be asked for a certificate after the handshake (post-handshake authentication, RFC 8446, section
 * 4.2.6), according to the first record that it sent.
 */
export function offersPostHandshakeAuth(record: Buffer): boolean {
  try {
    let at = RECORD_HEAD + BEFORE_SESSION;
    at += 1 + record.readUInt8(at);
    at += 2 + record.readUInt16BE(at);
    at += 1 + record.readUInt8(at);
    const end = at + 2 + record.readUInt16BE(at);
    for (at += 2; at < end; at += 4 + record.readUInt16BE(at + 2)) {
      if (record.readUInt16BE(at) === POST_HANDSHAKE_AUTH) return true;
    }
    return false;
  } catch {
    // Not a ClientHello, or an incomplete one: the handshake will fail with an error of its own.
    return false;
  }
}
