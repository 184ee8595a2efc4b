import { connect, type Socket } from 'node:net';
import { established } from './tls';

/** A connection to `host` without TLS, on which nothing was sent yet; `signal` breaks off what has not become one. */
export async function plainSocket(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  // As of one with TLS: an error without a listener would end the process.
  socket.on('error', () => undefined);
  await established(socket, 'connect', host, port, signal);
  return socket;
}
