import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { RemotingError } from '../../../remoting/remoting-error';
import { tunnel, type Proxy } from '../../../remoting/transports/wsman/proxy';
import { secure, type TlsSettings } from '../../../remoting/transports/wsman/tls';
import { challenge } from './challenge';
import { addressOf, type Place } from './place';
import type { Sight } from './sight';

export interface LookOptions {
  readonly timeoutMs: number;
  /** Which certificates are accepted. No certificate of a client: nothing is signed in with. */
  readonly trust: Omit<TlsSettings, 'client'>;
  /** Left out: the server is reached directly. */
  readonly proxy?: Proxy;
}

/** Looks at one place; never rejects. */
export async function look(place: Place, options: LookOptions): Promise<Sight> {
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(new TimeOver()), options.timeoutMs);
  try {
    return await lookAt(place, options, ended.signal);
  } finally {
    clearTimeout(timer);
  }
}

class TimeOver extends Error {}

async function lookAt(place: Place, options: LookOptions, signal: AbortSignal): Promise<Sight> {
  let connection: Duplex;
  try {
    connection = await connected(place, options, signal);
  } catch (error) {
    const why = error instanceof TimeOver ? `no answer within ${options.timeoutMs} ms` : told(error);
    return { kind: 'nothing', why };
  }
  try {
    switch (place.kind) {
      case 'ssh':
        return await greeting(connection, signal);
      case 'http':
      case 'windows-http':
        return await challenge(connection, new URL(addressOf(place)), signal);
      case 'https':
      case 'windows-https':
        return await securely(connection, place, options, signal);
    }
  } catch (error) {
    if (signal.aborted) return { kind: 'silence' };
    return { kind: 'stranger', why: told(error) };
  } finally {
    connection.destroy();
  }
}

async function connected(
  { host, port }: Place,
  { proxy, timeoutMs }: LookOptions,
  signal: AbortSignal,
): Promise<Duplex> {
  if (proxy !== undefined) return tunnel(proxy, host, port, timeoutMs, signal);
  const socket: Socket = connect({ host, port });
  // It stays: an error without a listener would end the process.
  socket.on('error', () => undefined);
  const abort = (): void => void socket.destroy(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  await once(socket, 'connect');
  return socket;
}

/** A certificate that is not accepted is told, and looked past: what is asked for behind it is no secret. */
async function securely(
  connection: Duplex,
  place: Place,
  options: LookOptions,
  signal: AbortSignal,
): Promise<Sight> {
  const url = new URL(addressOf(place));
  let distrust: RemotingError;
  try {
    const accepted = await secure(place.host, place.port, connection, options.trust, signal);
    return await challenge(accepted, url, signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof RemotingError)) throw error;
    if (error.facts.fingerprint === undefined) return { kind: 'no-tls', error };
    distrust = error;
  }
  const again = await connected(place, options, signal);
  const fingerprints = [distrust.facts.fingerprint ?? ''];
  const sight = await challenge(
    await secure(place.host, place.port, again, { fingerprints }, signal),
    url,
    signal,
  );
  return sight.kind === 'answer' ? { ...sight, distrust } : sight;
}

/** Lines before the version may come first, 255 bytes each at most (RFC 4253, section 4.2). */
const GREETING_BYTES = 4_096;

async function greeting(connection: Duplex, signal: AbortSignal): Promise<Sight> {
  let text = '';
  const abort = (): void => void connection.destroy(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  for await (const chunk of connection as AsyncIterable<Buffer>) {
    text += chunk.toString('latin1');
    const [, software] = /^SSH-[\d.]+-([^\r\n]*)\r?\n/m.exec(text) ?? [];
    if (software !== undefined) return { kind: 'ssh', software };
    if (text.length > GREETING_BYTES) break;
  }
  return { kind: 'stranger', why: text === '' ? 'it hung up' : `it said '${text.slice(0, 80)}'` };
}

function told(reason: unknown): string {
  const { code, message } = reason as { readonly code?: string; readonly message?: string };
  return code ?? message ?? String(reason);
}
