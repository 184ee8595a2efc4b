import { connect, type Socket } from 'node:net';
import { connectionError } from './tls';

/** A connection to `host` without TLS, on which nothing was sent yet; `signal` breaks off what has not become one. */
export function plainSocket(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  // As of one with TLS: an error without a listener would end the process.
  socket.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      socket.off('connect', onConnect).off('error', onError);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const onConnect = (): void => end(() => resolve(socket));
    const onError = (reason: unknown): void => end(() => reject(connectionError(reason, host, port)));
    const onAbort = (): void => {
      onError(signal.reason);
      socket.destroy();
    };
    socket.once('connect', onConnect).once('error', onError);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}
