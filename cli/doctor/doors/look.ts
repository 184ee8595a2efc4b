import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { RemotingError } from '../../../remoting/remoting-error';
import { tunnel, type Proxy } from '../../../remoting/transports/wsman/proxy';
import { plainSocket } from '../../../remoting/transports/wsman/tcp';
import { AT_EXCHANGE } from '../../../remoting/transports/wsman/transport';
import { secure, type TlsSettings } from '../../../remoting/transports/wsman/tls';
import { challenge } from './challenge';
import { greeting } from './greeting';
import { addressOf, type Place } from './place';
import type { Sight } from './sight';

export interface LookOptions {
  readonly timeoutMs: number;
  /** Which certificates are accepted. There is no client certificate, since nothing signs in. */
  readonly trust: Omit<TlsSettings, 'client'>;
  /** The proxy for HTTPS. Left out: the server is reached directly. */
  readonly proxy?: Proxy;
}

/** Looks at one place. Never rejects. */
export async function look(place: Place, options: LookOptions): Promise<Sight> {
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(new Error('the time limit is over')), options.timeoutMs);
  try {
    return await lookAt(place, options, ended.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function lookAt(place: Place, options: LookOptions, signal: AbortSignal): Promise<Sight> {
  const { proxy, timeoutMs } = options;
  const { host, port } = place;
  let connection: Duplex;
  try {
    connection =
      proxy === undefined
        ? await plainSocket(host, port, signal)
        : await tunnel(proxy, host, port, timeoutMs, signal);
  } catch (error) {
    return { kind: 'nothing', why: signal.aborted ? `no answer within ${timeoutMs} ms` : told(error) };
  }
  try {
    switch (place.kind) {
      case 'ssh':
        return await greeting(connection, signal);
      case 'http':
      case 'windows-http':
        return await challenge(connection as Socket, new URL(addressOf(place)), signal);
      case 'https':
      case 'windows-https':
        return await securely(connection, place, options, signal);
    }
  } catch (error) {
    if (signal.aborted) return { kind: 'silence' };
    const why = told(error);
    return { kind: why.startsWith('HPE_') || error instanceof RemotingError ? 'stranger' : 'cut', why };
  } finally {
    connection.destroy();
  }
}

/**
 * Connects with TLS. A certificate that would not be accepted is reported, and the look goes on, since it sends nothing
 * secret.
 */
async function securely(
  below: Duplex,
  place: Place,
  options: LookOptions,
  signal: AbortSignal,
): Promise<Sight> {
  const { host, port } = place;
  let socket: Socket;
  try {
    const settings = { ...options.trust, ...(place.kind === 'https' ? AT_EXCHANGE : {}) };
    socket = await secure(host, port, below, settings, signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof RemotingError)) throw error;
    const { fingerprint } = error.facts;
    if (fingerprint === undefined) return { kind: 'no-tls', error };
    const sight = await lookAt(place, { ...options, trust: { fingerprints: [fingerprint] } }, signal);
    return sight.kind === 'answer' ? { ...sight, distrust: error } : sight;
  }
  return await challenge(socket, new URL(addressOf(place)), signal);
}

/** The error codes of Node's HTTP parser begin with HPE_. */
function told(reason: unknown): string {
  if (reason instanceof RemotingError) return reason.facts.code ?? reason.message;
  const { code, message } = reason as { readonly code?: string; readonly message?: string };
  return code ?? message ?? String(reason);
}
