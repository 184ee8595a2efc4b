import type { Socket } from 'node:net';
import { Connection } from '../../../remoting/transports/wsman/connection';
import { CONTENT_TYPE } from '../../../remoting/transports/wsman/names';
import type { Sight } from './sight';

/** A page for people has a few kilobytes. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Asks a server how to sign in: by an empty POST, with which a session begins, without Authorization. Sends nothing
 * secret, and begins nothing.
 *
 * @param socket to the server, with TLS where the URL demands it; it is closed afterwards
 * @throws Error where the answer is not HTTP, or `signal` was aborted
 */
export async function challenge(socket: Socket, url: URL, signal: AbortSignal): Promise<Sight> {
  const connection = new Connection(url, socket, MAX_ANSWER_BYTES);
  try {
    const { status, methods, location } = await connection.exchange({
      headers: { 'Content-Type': CONTENT_TYPE },
      body: Buffer.alloc(0),
      signal,
    });
    return { kind: 'answer', status, schemes: methods.map((method) => method.toLowerCase()), location };
  } finally {
    connection.destroy();
  }
}
