import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { RemotingError } from '../../remoting-error';
import { readAnswer, type WireAnswer } from './answer';
import type { Sealing } from './sealing';
import { toldBy } from './tls';

/** Bytes of the head of an answer, as Node bounds it by default; IIS sends a few hundred. */
export const MAX_HEADER_BYTES = 16_384;
/** IIS closes a connection that was idle for 120 seconds; ours go before, so that none is taken that is about to. */
export const IDLE_MS = 60_000;

export interface Sending {
  readonly headers: { readonly [name: string]: string };
  /** May be empty. */
  readonly body: Buffer;
  /** Breaks it off, and the connection with it. */
  readonly signal: AbortSignal;
  /** Called right before the first byte is written. */
  readonly onSend?: () => void;
}

/** A connection that stands, to the right server where TLS shows that. Requests go over it one after another. */
export class Connection {
  readonly #url: URL;
  readonly #socket: Socket;
  readonly #agent: AgentOfOne;
  readonly #maxAnswerBytes: number;
  readonly #tlsVersion: { readonly tlsVersion?: string };
  #sealing: Sealing | undefined;
  #hasAnswered = false;
  /** Exchanges under way, which need what seals until they have read their answer. */
  #underWay = 0;

  /** @param maxAnswerBytes of the body of an answer as it comes */
  constructor(url: URL, socket: Socket, maxAnswerBytes: number) {
    this.#url = url;
    this.#socket = socket;
    this.#maxAnswerBytes = maxAnswerBytes;
    this.#agent = new AgentOfOne(socket);
    // Asked now, since a connection that was reset does not say it any more.
    const tlsVersion = socket instanceof TLSSocket ? socket.getProtocol() : null;
    this.#tlsVersion = tlsVersion === null ? {} : { tlsVersion };
    socket.once('close', () => this.#release());
  }

  get isGone(): boolean {
    return this.#socket.destroyed;
  }

  /** The server's certificate in DER, which was looked at before; `undefined` where there is no TLS. */
  get certificate(): Buffer | undefined {
    return this.#socket instanceof TLSSocket ? this.#socket.getPeerCertificate().raw : undefined;
  }

  /** What seals its messages from when it is signed in; `undefined` where TLS protects them. */
  get sealing(): Sealing | undefined {
    return this.#sealing;
  }

  sealWith(sealing: Sealing): void {
    this.#sealing = sealing;
    this.#release();
  }

  /** Does an exchange, and keeps what seals until it is done: the connection may end with the answer. */
  async during<T>(exchange: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await exchange();
    } finally {
      this.#underWay -= 1;
      this.#release();
    }
  }

  #release(): void {
    if (this.isGone && this.#underWay === 0) this.#sealing?.close();
  }

  onceGone(listener: () => void): void {
    this.#socket.once('close', listener);
  }

  /** Sends one request and reads its answer. Where that fails, the connection ends. */
  async exchange({ headers, body, signal, onSend }: Sending): Promise<WireAnswer> {
    const { hostname, host, pathname, search } = this.#url;
    const asking = request({
      method: 'POST',
      host: hostname,
      path: `${pathname}${search}`,
      agent: this.#agent,
      maxHeaderSize: MAX_HEADER_BYTES,
      headers: {
        Host: host,
        ...headers,
        'Content-Length': body.length,
        // Exchange compresses unless it is told not to; what it saves is little beside what a bomb could cost.
        'Accept-Encoding': 'identity',
      },
    });
    const write = async (): Promise<void> => {
      signal.throwIfAborted();
      onSend?.();
      asking.end(body);
    };
    let onAbort = (): void => undefined;
    try {
      return await new Promise<WireAnswer>((resolve, reject) => {
        // Rejects by itself: Node says of a request that is answered in part that the server hung up.
        onAbort = () => reject(signal.reason as Error);
        signal.addEventListener('abort', onAbort, { once: true });
        asking.once('socket', () => void write().catch(reject));
        this.#answerTo(asking).then(resolve, reject);
        if (signal.aborted) onAbort();
      });
    } catch (error) {
      this.destroy();
      asking.destroy();
      throw this.#atTls13(error) ?? error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #answerTo(asking: ClientRequest): Promise<WireAnswer> {
    const closed = new Promise((resolve) => asking.once('close', resolve));
    const message = await new Promise<IncomingMessage>((resolve, reject) => {
      asking.once('response', resolve);
      asking.on('error', reject);
      // At 101 (Switching Protocols) Node gives neither of the two.
      asking.once('close', () => reject(new Error('the server goes over to another protocol')));
    });
    const answer = await readAnswer(message, this.#maxAnswerBytes);
    // Over TLS, Node says one turn of its loop later that everything is written, and the answer may be here by then.
    if (!asking.writableFinished) await new Promise((resolve) => setImmediate(resolve));
    // A server that answers before it has everything may take the rest for the next request.
    if (!asking.writableFinished) this.destroy();
    // Only then is the connection free for the next request, or gone where the server does not keep it.
    await closed;
    const first = this.#hasAnswered ? {} : this.#tlsVersion;
    this.#hasAnswered = true;
    return { ...answer, ...first };
  }

  /**
   * The first request was broken off. At TLS 1.3 a server may have asked for a certificate after the handshake, which Node
   * cannot answer; Windows Server 2022 then resets the connection.
   */
  #atTls13(reason: unknown): RemotingError | undefined {
    const { message, code } = toldBy(reason);
    const facts = this.#tlsVersion;
    if (this.#hasAnswered || code !== 'ECONNRESET' || facts.tlsVersion !== 'TLSv1.3') return undefined;
    const what = `the connection ended: ${message}`;
    return new RemotingError('closed', what, { ...facts, code }, { cause: reason });
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** Keeps one connection between requests, and makes none. */
class AgentOfOne extends Agent {
  readonly #socket: Socket;
  #isTaken = false;

  constructor(socket: Socket) {
    super({ keepAlive: true, maxSockets: 1 });
    this.#socket = socket;
  }

  override createConnection(
    _options: object,
    opened?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | undefined {
    if (!this.#isTaken) {
      this.#isTaken = true;
      return this.#socket;
    }
    const gone = new RemotingError('closed', 'the connection has ended', { noEffect: true });
    opened?.(gone, this.#socket);
    return undefined;
  }

  override keepSocketAlive(socket: Duplex): boolean {
    // Node reads what the server announces: false is for no time at all, and else it sets a timeout, a second below.
    const isKept: boolean = super.keepSocketAlive(socket) as unknown as boolean;
    const kept = socket as Socket;
    kept.setTimeout(Math.min(kept.timeout || IDLE_MS, IDLE_MS)).on('timeout', destroyIdle);
    return isKept;
  }

  override reuseSocket(socket: Duplex, asking: ClientRequest): void {
    (socket as Socket).setTimeout(0).off('timeout', destroyIdle);
    super.reuseSocket(socket, asking);
  }
}

function destroyIdle(this: Duplex): void {
  this.destroy();
}
