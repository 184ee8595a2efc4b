import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { ENVIRONMENT } from '../../provider/configuration';
import type { Endpoint } from '../../provider/endpoint';
import type { Environment } from '../../provider/environment';
import { connectionRemedy } from '../../provider/connection-problem';
import { RemotingError } from '../../remoting/remoting-error';
import { hostOf, portOf } from '../../remoting/transports/wsman/http-channel';
import { parseProxy } from '../../remoting/transports/wsman/proxy';
import { proxyOf } from '../../remoting/transports/wsman/transport';
import type { Check, Verdict } from './check';
import { failed, ok } from './check';
import type { Checkup } from './checkup';

interface Address {
  readonly host: string;
  readonly port: number;
  /** True where this is the address of the proxy, which then resolves the server's name. */
  readonly isProxy: boolean;
}

const PROXY_PORT = 80;

/**
 * The address that this machine connects to.
 *
 * @throws RemotingError `usage` where the proxy's URL is invalid
 */
function addressOf(endpoint: Endpoint, environment: Environment): Address {
  switch (endpoint.kind) {
    case 'process':
      throw new TypeError('the endpoint is a process on this machine');
    case 'ssh':
      return { host: endpoint.host, port: endpoint.port, isProxy: false };
    case 'wsman': {
      const url = new URL(endpoint.url);
      const host = hostOf(url);
      const port = portOf(url);
      const proxy = proxyOf(url, environment);
      if (proxy === undefined) return { host, port, isProxy: false };
      const through = parseProxy(proxy.url);
      return { host: hostOf(through), port: Number(through.port) || PROXY_PORT, isProxy: true };
    }
  }
}

async function withAddress(
  { endpoint, environment }: Checkup,
  run: (address: Address, called: string) => Promise<Verdict>,
): Promise<Verdict> {
  let address: Address;
  try {
    address = addressOf(endpoint, environment);
  } catch (error) {
    if (!(error instanceof RemotingError)) throw error;
    return failed(error.message, 'Correct HTTPS_PROXY, or name the server in NO_PROXY.');
  }
  return run(address, `${address.isProxy ? 'the proxy ' : ''}${address.host}`);
}

/** The variable that contains the name. */
function namedIn({ endpoint, settings, environment, own }: Checkup, isProxy: boolean): string {
  if (isProxy) return environment['HTTPS_PROXY'] ? 'HTTPS_PROXY' : 'https_proxy';
  if (own !== undefined) return `${ENVIRONMENT.server_endpoints} or the declaration`;
  return endpoint === settings.endpoint ? ENVIRONMENT.endpoint : ENVIRONMENT.fallback_endpoints;
}

export const nameResolution: Check = {
  name: 'name',
  of: ['ssh', 'wsman'],
  run: (checkup) =>
    withAddress(checkup, async ({ host, isProxy }, called) => {
      if (isIP(host) !== 0) return ok(`${called} is an address`);
      try {
        const found = await lookup(host, { all: true });
        return ok(`${called} is ${found.map(({ address }) => address).join(', ')}`);
      } catch (error) {
        return failed(
          `${called} cannot be resolved on this machine: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
          `Correct the name in ${namedIn(checkup, isProxy)}, or let this machine use a DNS server that has it.`,
        );
      }
    }),
};

export const tcp: Check = {
  name: 'tcp',
  of: ['ssh', 'wsman'],
  run: (checkup) =>
    withAddress(checkup, async ({ host, port }, called) => {
      try {
        await reach(host, port, checkup.settings.openTimeoutMs);
        return ok(`${called} accepts connections on port ${port}`);
      } catch (error) {
        const message = `${called} cannot be reached on port ${port}: ${(error as Error).message}`;
        return failed(
          message,
          connectionRemedy(
            new RemotingError('unreachable', message, { host, port }),
            checkup.endpoint,
            checkup.own?.server,
          ),
        );
      }
    }),
};

function reach(host: string, port: number, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const timer = setTimeout(() => {
      socket.destroy(new Error(`no answer after ${timeoutMs / 1000} seconds`));
    }, timeoutMs);
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    // For the failures of several addresses, Node gives one error without a message of its own.
    socket.once('error', (error: Error & { readonly code?: string }) => {
      reject(error.message === '' ? new Error(error.code ?? 'no connection') : error);
    });
    socket.once('close', () => clearTimeout(timer));
  });
}
