import type { Socket } from 'node:net';
import { Connection } from '../../../remoting/transports/wsman/connection';
import { CONTENT_TYPE } from '../../../remoting/transports/wsman/names';
import type { Sight } from './sight';

/** A page for people is a few kilobytes. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Asks a server how to sign in: an empty POST, as a session begins, without Authorization. Nothing secret leaves, and
 * nothing is begun.
 *
 * @param socket to the server, with TLS where that is spoken; it is ended
 * @throws Error where the answer is not HTTP, or the time of `signal` is over
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
