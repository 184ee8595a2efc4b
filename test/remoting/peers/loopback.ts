import { PassThrough } from 'node:stream';
import { OutOfProcessCarrier } from '../../../remoting/out-of-process-carrier';
import type { RemotingFacts } from '../../../remoting/remoting-error';
import type { CommandHost } from '../../../remoting/server/command-host';
import { serve, type ServeOptions } from '../../../remoting/server/serve';
import type { ByteChannel, Transport } from '../../../remoting/transport';

/** Two ends of a connection within this process. */
export interface Pair {
  readonly client: ByteChannel;
  readonly toClient: PassThrough;
  readonly fromClient: PassThrough;
  /** Breaks the connection. */
  readonly cut: (facts?: RemotingFacts) => void;
}

export function pair(): Pair {
  const toClient = new PassThrough();
  const fromClient = new PassThrough();
  let gone: (facts: RemotingFacts) => void = () => undefined;
  const ended = new Promise<RemotingFacts>((resolve) => {
    gone = resolve;
  });
  toClient.on('end', () => gone({}));
  const cut = (facts: RemotingFacts = {}): void => {
    gone(facts);
    fromClient.destroy();
    toClient.destroy();
  };
  return {
    client: { readable: toClient, writable: fromClient, ended, destroy: () => cut() },
    toClient,
    fromClient,
    cut,
  };
}

/** A transport to whatever `start` puts at the other end. */
export function transportTo(start: (connection: Pair) => void): Transport {
  return {
    async connect(options) {
      const connection = pair();
      start(connection);
      return new OutOfProcessCarrier(connection.client, options);
    },
  };
}

/** A transport to our own server. `served` is filled with how the server ended. */
export function loopback(
  host: CommandHost,
  options: ServeOptions = {},
  served: Promise<void>[] = [],
): Transport {
  return transportTo(({ toClient, fromClient }) => {
    const serving = serve(host, fromClient, toClient, options);
    serving.catch(() => undefined);
    served.push(serving);
  });
}
