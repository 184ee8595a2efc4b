import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { connect as secure, type TLSSocket } from 'node:tls';
import type { Address } from './connect-to';
import { inLine } from './quotation';
import { NoStartTls, startTls } from './starttls';

/** The time for one connection and everything that is looked at over it. */
const VISIT_MS = 10_000;
/** The health page is one line; a longer answer is another page. */
const MOST_BYTES = 4_096;
/** https://learn.microsoft.com/exchange/architecture/client-access/load-balancing */
const HEALTHY_PAGE = /^\s*200 OK/i;

/** Why nothing could be seen on a server. */
export type NotSeen =
  /** The server answers STARTTLS with this reply of SMTP. */
  | { readonly kind: 'no-tls'; readonly reply: string }
  /** The answer did not arrive, or not completely, in time. `connected`: the server had taken the connection. */
  | { readonly kind: 'silent'; readonly seconds: number; readonly connected: boolean }
  | { readonly kind: 'unreachable'; readonly code: string; readonly message: string };

export interface VisitOptions {
  /**
   * Whether STARTTLS of SMTP comes before the handshake.
   *
   * @default the handshake is sent first
   */
  readonly startTls?: boolean;
  /** Ends the connection when it is aborted. */
  readonly stopped?: AbortSignal;
  /** @default 10000 */
  readonly milliseconds?: number;
}

/**
 * Opens a TLS connection and runs `use` on it. Beyond the server name (SNI) only `use` sends anything. The certificate
 * is not verified here: the caller compares its hash, or only reports what it saw and sends nothing secret.
 *
 * @param name server name that is sent (SNI)
 */
export async function visit<Seen>(
  place: Address,
  name: string,
  { startTls: isMail = false, stopped, milliseconds = VISIT_MS }: VisitOptions,
  use: (socket: TLSSocket) => Seen | Promise<Seen>,
): Promise<Seen | NotSeen> {
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), milliseconds);
  const stop = () => end.abort();
  stopped?.addEventListener('abort', stop);
  /** The TLS socket comes before the TCP socket below it: destroyed the other way round, Node 20 crashes. */
  const sockets: Socket[] = [];
  end.signal.addEventListener('abort', () => sockets.forEach((socket) => socket.destroy()));
  const keep = <Kept extends Socket>(socket: Kept): Kept => {
    sockets.unshift(socket);
    socket.on('error', () => undefined); // Whoever waits for the socket reports the error.
    if (end.signal.aborted) socket.destroy();
    return socket;
  };
  let connected = false;
  try {
    const below = keep(connect(place));
    await event(below, 'connect');
    connected = true;
    if (isMail) await startTls(below);
    const tls = keep(secure({ socket: below, servername: name, rejectUnauthorized: false }));
    await event(tls, 'secureConnect');
    return await use(tls);
  } catch (error) {
    if (error instanceof NoStartTls) return { kind: 'no-tls', reply: inLine(error.reply) };
    const isSilent = end.signal.aborted && stopped?.aborted !== true;
    return isSilent
      ? { kind: 'silent', seconds: milliseconds / 1000, connected }
      : { kind: 'unreachable', code: codeOf(error), message: inLine(messageOf(error)) };
  } finally {
    clearTimeout(timer);
    stopped?.removeEventListener('abort', stop);
    sockets.forEach((socket) => socket.destroy());
  }
}

/** The SHA-1 thumbprint of the certificate that the server shows: 40 upper-case hexadecimal digits. */
export function shownThumbprint(socket: TLSSocket): string {
  return createHash('sha1').update(socket.getPeerCertificate().raw).digest('hex').toUpperCase();
}

/** The answer to the request for a page. */
export interface PageAnswer {
  readonly status: number;
  /** The target of a redirect. */
  readonly location?: string;
  /** Whether the answer has status 200 and is the health page of Managed Availability. */
  readonly isHealthy: boolean;
}

/** Requests a page without credentials and follows no redirect. Rejects where the answer is incomplete. */
export function pageOver(socket: TLSSocket, host: string, path: string): Promise<PageAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request({
      createConnection: () => socket,
      path,
      headers: { Host: host, Connection: 'close' },
    });
    asked.once('error', reject);
    asked.once('response', (answer) => {
      const { statusCode: status = 0, headers } = answer;
      if (status !== 200) {
        const location = headers.location === undefined ? {} : { location: inLine(headers.location) };
        resolve({ status, ...location, isHealthy: false });
        return;
      }
      let body = '';
      answer.setEncoding('latin1');
      answer.on('data', (part: string) => {
        body += part;
        if (body.length > MOST_BYTES) answer.destroy();
      });
      answer.once('error', reject);
      answer.once('close', () => resolve({ status, isHealthy: HEALTHY_PAGE.test(body) }));
    });
    asked.end();
  });
}

/** Waits for an event of a socket; rejects where the socket fails or ends before. */
function event(socket: Socket, name: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(name, resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection ended')));
  });
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
