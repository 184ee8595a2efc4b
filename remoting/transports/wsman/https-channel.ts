import { Agent, request } from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { RemotingError, type RemotingFacts } from '../../remoting-error';
import type { Authenticator } from './authentication';
import { CONTENT_TYPE } from './names';
import { tunnel, type Proxy } from './proxy';
import { connectionError, secure, toldBy, type TlsSettings } from './tls';

export interface ChannelOptions {
  readonly url: URL;
  readonly tls: TlsSettings;
  readonly proxy?: Proxy;
  readonly authenticator: Authenticator;
  /** Bytes of an answer; a longer one is refused. */
  readonly maxAnswerBytes: number;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** Empty where the answer has none. */
  readonly location: string;
  /** Milliseconds to wait, as the server says; left out where it does not. */
  readonly retryAfterMs?: number;
  /** Authentication methods that it offers. */
  readonly methods: readonly string[];
  readonly body: Buffer;
}

export interface PostOptions {
  /** Milliseconds for the whole of it: connection, request, and the answer to its last byte. */
  readonly timeoutMs: number;
  /** The option that `timeoutMs` comes from. */
  readonly bound: string;
  readonly signal: AbortSignal;
  /** Called right before the first byte of the request is written to a connection that stands. */
  readonly onSend?: () => void;
}

/** IIS closes a connection that was idle for 120 seconds; ours go before, so that none is taken that is about to. */
const IDLE_MS = 60_000;
/** Of the time for a request, so that a key distribution center that does not answer is named, and not the server. */
const AUTHORIZE_SHARE = 0.9;
/** Bytes of the head of an answer, as Node bounds it by default; IIS sends a few hundred. */
const MAX_HEADER_BYTES = 16_384;
type Opened = (error: Error | null, socket?: Duplex) => void;

/**
 * Sends requests to one server, over connections that are kept. Errors are `RemotingError`s; where nothing was
 * written before, their facts say `noEffect`.
 */
export class HttpsChannel {
  readonly #options: ChannelOptions;
  readonly #agent: VerifiedAgent;
  readonly #used = new WeakSet<Duplex>();
  readonly where: RemotingFacts;

  constructor(options: ChannelOptions) {
    this.#options = options;
    const host = hostOf(options.url);
    const port = portOf(options.url);
    this.where = { host, port };
    this.#agent = new VerifiedAgent(host, port, options);
  }

  async post(body: string, options: PostOptions): Promise<Answer> {
    const first = await this.#postOnce(body, options);
    if (first.answer.status !== 401 || !this.#options.authenticator.refused(first.connection))
      return first.answer;
    return (await this.#postOnce(body, options)).answer;
  }

  /** Ends the connections that wait to be used: where one proved dead, the others may be as well. */
  dropKept(): void {
    this.#agent.dropKept();
  }

  /** Ends every connection, those in use included. */
  destroy(): void {
    this.#agent.destroy();
  }

  async #postOnce(
    text: string,
    { timeoutMs, bound, signal, onSend }: PostOptions,
  ): Promise<{ readonly answer: Answer; readonly connection: 'new' | 'used' }> {
    const body = Buffer.from(text, 'utf8');
    const { url, authenticator } = this.#options;
    let sent = false;
    let connection: 'new' | 'used' = 'new';
    const asking = request({
      method: 'POST',
      host: hostOf(url),
      port: portOf(url),
      path: `${url.pathname}${url.search}`,
      agent: this.#agent,
      maxHeaderSize: MAX_HEADER_BYTES,
      headers: {
        'Content-Type': CONTENT_TYPE,
        'Content-Length': body.length,
        // Exchange compresses unless it is told not to; what it saves is little beside what a bomb could cost.
        'Accept-Encoding': 'identity',
      },
    });
    const write = async (socket: Duplex): Promise<void> => {
      connection = this.#used.has(socket) ? 'used' : 'new';
      this.#used.add(socket);
      const channel = { socket: socket as TLSSocket, signal, timeoutMs: timeoutMs * AUTHORIZE_SHARE };
      const authorization = await authenticator.authorize(connection, channel);
      if (asking.destroyed) return;
      if (authorization !== undefined) asking.setHeader('Authorization', authorization);
      sent = true;
      onSend?.();
      asking.end(body);
    };
    let onAbort = (): void => undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      const answer = await new Promise<Answer>((resolve, reject) => {
        // Rejects by itself: Node tells of a request that is broken off only when it has a connection, and of one that
        // is answered in part that the server hung up.
        const breakOff = (reason: Error): void => {
          reject(reason);
          asking.destroy(reason);
        };
        onAbort = () => breakOff(signal.reason as Error);
        timer = setTimeout(() => {
          const facts = { ...this.where, bound, limit: timeoutMs };
          breakOff(new RemotingError('timeout', `no answer after ${timeoutMs} ms`, facts));
        }, timeoutMs);
        asking.once('socket', (socket: Duplex) => void write(socket).catch(breakOff));
        signal.addEventListener('abort', onAbort, { once: true });
        this.#answerOf(asking).then(resolve, reject);
        if (signal.aborted) onAbort();
      });
      return { answer, connection };
    } catch (error) {
      throw this.#failure(error, sent);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #answerOf(asking: ClientRequest): Promise<Answer> {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      asking.once('response', resolve);
      asking.on('error', reject);
    });
    const { maxAnswerBytes } = this.#options;
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxAnswerBytes) {
        const message = `the answer is larger than ${maxAnswerBytes} bytes`;
        throw new RemotingError('too-large', message, { bound: 'maxAnswerBytes', limit: maxAnswerBytes });
      }
      chunks.push(chunk);
    }
    const { headers, statusCode = 0 } = answer;
    const encoding = headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') {
      throw new RemotingError(
        'protocol',
        `the answer is encoded as ${encoding.slice(0, 40)}, which was not offered`,
      );
    }
    const seconds = Number(headers['retry-after']);
    return {
      status: statusCode,
      contentType: headers['content-type'] ?? '',
      location: headers.location ?? '',
      methods: methodsOf(headers['www-authenticate']),
      ...(Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {}),
      body: Buffer.concat(chunks),
    };
  }

  #failure(reason: unknown, sent: boolean): RemotingError {
    const effect = sent ? {} : { noEffect: true };
    const cause = { cause: reason };
    if (reason instanceof RemotingError) {
      const facts = { ...this.where, ...reason.facts, ...effect };
      return new RemotingError(reason.kind, reason.message, facts, cause);
    }
    const { message, code } = toldBy(reason);
    if (code === 'HPE_HEADER_OVERFLOW') {
      const facts = { ...this.where, ...effect, bound: 'maxHeaderBytes', limit: MAX_HEADER_BYTES };
      const what = `the head of the answer is larger than ${MAX_HEADER_BYTES} bytes`;
      return new RemotingError('too-large', what, facts, cause);
    }
    const facts = { ...this.where, ...effect, ...(code === undefined ? {} : { code }) };
    return new RemotingError('closed', `the connection ended: ${message}`, facts, cause);
  }
}

/** Gives out connections whose certificate was looked at; no byte of a request leaves before. */
class VerifiedAgent extends Agent {
  readonly #host: string;
  readonly #port: number;
  readonly #options: ChannelOptions;
  /** Breaks off what has not become a connection yet. */
  readonly #ended = new AbortController();

  constructor(host: string, port: number, options: ChannelOptions) {
    super({ keepAlive: true, maxCachedSessions: 0 });
    this.#host = host;
    this.#port = port;
    this.#options = options;
  }

  override createConnection(_options: object, opened: Opened): undefined {
    this.#connect().then(
      (socket) => opened(null, socket),
      (reason: unknown) => opened(connectionError(reason, this.#host, this.#port)),
    );
  }

  override destroy(): void {
    this.#ended.abort(new RemotingError('closed', 'the connection was given up', { noEffect: true }));
    super.destroy();
  }

  dropKept(): void {
    for (const socket of Object.values(this.freeSockets).flat()) socket?.destroy();
  }

  override keepSocketAlive(socket: Duplex): boolean {
    // Node reads what the server announces: false is for no time at all, and else it sets a timeout, a second below.
    const isKept: boolean = super.keepSocketAlive(socket) as unknown as boolean;
    const kept = socket as TLSSocket;
    kept.setTimeout(Math.min(kept.timeout || IDLE_MS, IDLE_MS)).on('timeout', destroyIdle);
    return isKept;
  }

  override reuseSocket(socket: Duplex, asking: ClientRequest): void {
    (socket as TLSSocket).setTimeout(0).off('timeout', destroyIdle);
    super.reuseSocket(socket, asking);
  }

  async #connect(): Promise<Duplex> {
    const { proxy, tls } = this.#options;
    const { signal } = this.#ended;
    const below =
      proxy === undefined ? undefined : await tunnel(proxy, this.#host, this.#port, IDLE_MS, signal);
    return await secure(this.#host, this.#port, below, tls, signal);
  }
}

function destroyIdle(this: Duplex): void {
  this.destroy();
}

export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

export function portOf(url: URL): number {
  return url.port === '' ? 443 : Number(url.port);
}

export function methodsOf(header: string | undefined): readonly string[] {
  return header === undefined
    ? []
    : [...header.matchAll(/(?:^|,)\s*([A-Za-z]+)(?=[\s,]|$)/g)].map(([, name]) => name ?? '');
}
