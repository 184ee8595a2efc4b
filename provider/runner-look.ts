import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as secure, type TLSSocket } from 'node:tls';
import { hashText, HTTPS_PORT, pageUrl, type PageProbe, type Probe } from '../exchange/resources';
import type { Diagnostic } from '../schema';
import type { Settings } from './configuration';
import { placeOf } from './connect-to';
import { lookFailed, type LookProblem } from './problem';
import { inLine } from './quotation';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;
/** For one connection with all that is looked at over it. */
const LOOK_MS = 10_000;
/** The page is a line; what is longer is another one. */
const MOST_BYTES = 4_096;
/** https://learn.microsoft.com/exchange/architecture/client-access/load-balancing */
const HEALTHY_PAGE = /^\s*200 OK/i;

/** Looks until the server shows what it must, or the time is over. */
export async function watch(
  probe: Probe,
  settings: Pick<Settings, 'connectTo'>,
  signal: AbortSignal,
): Promise<readonly Diagnostic[]> {
  const deadline = Date.now() + probe.seconds * 1000;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const problem = await look(probe, settings, signal);
    if (problem === undefined) return [];
    if (signal.aborted || Date.now() + pause > deadline) return [lookFailed(probe, problem)];
    await sleep(pause, undefined, { signal }).catch(() => undefined); // Aborted: the next round ends it.
  }
}

/**
 * What a server shows otherwise than it must; undefined where all is well. Nothing is sent but the name that is asked for
 * and, once the certificate is the right one, the request for a page; neither has credentials.
 */
export async function look(
  probe: Probe,
  { connectTo }: Pick<Settings, 'connectTo'>,
  stopped?: AbortSignal,
  milliseconds = LOOK_MS,
): Promise<LookProblem | undefined> {
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), milliseconds);
  const stop = () => end.abort();
  stopped?.addEventListener('abort', stop);
  /** The one with TLS before the one below it: ended the other way round, Node 20 crashes. */
  const sockets: Socket[] = [];
  end.signal.addEventListener('abort', () => sockets.forEach((socket) => socket.destroy()));
  const keep = <Kept extends Socket>(socket: Kept): Kept => {
    sockets.unshift(socket);
    socket.on('error', () => undefined); // Told by whoever waits for the socket; after that nobody does.
    if (end.signal.aborted) socket.destroy();
    return socket;
  };
  try {
    const below = keep(connect(placeOf(probe, connectTo)));
    await event(below, 'connect');
    const tls = keep(shake(below, probe));
    await event(tls, 'secureConnect');
    const shown = tls.getPeerCertificate();
    const thumbprint = createHash('sha1').update(shown.raw).digest('hex').toUpperCase();
    if (thumbprint.toLowerCase() !== hashText(probe).toLowerCase()) {
      return {
        kind: 'certificate',
        thumbprint,
        subject: inLine(`CN=${[shown.subject.CN].flat().join()}`),
        until: shown.valid_to,
      };
    }
    return probe.kind === 'page' ? await pageProblem(probe, tls) : undefined;
  } catch (error) {
    const isSilent = end.signal.aborted && stopped?.aborted !== true;
    return isSilent
      ? { kind: 'silent', seconds: milliseconds / 1000 }
      : { kind: 'unreachable', code: codeOf(error), message: inLine(messageOf(error)) };
  } finally {
    clearTimeout(timer);
    stopped?.removeEventListener('abort', stop);
    sockets.forEach((socket) => socket.destroy());
  }
}

/**
 * The certificate is not verified: whether it is the right one its hash tells, for which another certificate of the same
 * SHA-1 would have to be found (a second preimage), and nothing secret is sent to whoever shows it.
 */
function shake(socket: Socket, probe: Probe): TLSSocket {
  const servername = probe.kind === 'page' ? probe.host : probe.name;
  return secure({ socket, servername, rejectUnauthorized: false });
}

/** Waits for an event of a socket; rejects where the socket fails or ends before. */
function event(socket: Socket, name: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(name, resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection ended')));
  });
}

function pageProblem(probe: PageProbe, socket: TLSSocket): Promise<LookProblem | undefined> {
  const host = probe.port === HTTPS_PORT ? probe.host : `${probe.host}:${probe.port}`;
  return new Promise((resolve, reject) => {
    const asked = request({
      createConnection: () => socket,
      path: probe.path,
      headers: { Host: host, Connection: 'close' },
    });
    asked.once('error', reject);
    asked.once('response', (answer) => {
      const { statusCode: status = 0, headers } = answer;
      if (status !== 200) {
        const location = headers.location === undefined ? {} : { location: inLine(headers.location) };
        resolve({ kind: 'page', url: pageUrl(probe), status, ...location });
        return;
      }
      let body = '';
      answer.setEncoding('latin1');
      answer.on('data', (part: string) => {
        body += part;
        if (body.length > MOST_BYTES) answer.destroy();
      });
      answer.once('error', reject);
      answer.once('close', () =>
        resolve(HEALTHY_PAGE.test(body) ? undefined : { kind: 'other-page', url: pageUrl(probe) }),
      );
    });
    asked.end();
  });
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
