import { connect, type Socket } from 'node:net';
import { established } from './tls';

/** A new connection to `host` without TLS. `signal` breaks off the attempt. */
export async function plainSocket(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  // As with TLS, an error without a listener would end the process.
  socket.on('error', () => undefined);
  await established(socket, 'connect', host, port, signal);
  return socket;
}
