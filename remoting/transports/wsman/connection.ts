import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { RemotingError } from '../../remoting-error';
import { readAnswer, type WireAnswer } from './answer';
import type { Sealing } from './sealing';
import { reasonOf } from './tls';

/** Bytes of the head of an answer, Node's default limit. IIS sends a few hundred. */
export const MAX_HEADER_BYTES = 16_384;
/**
 * IIS closes a connection after 120 seconds without a request. Ours are closed earlier, so that no request is sent on a
 * connection that is about to close.
 */
export const IDLE_MS = 60_000;

export interface Sending {
  readonly headers: { readonly [name: string]: string };
  /** May be empty. */
  readonly body: Buffer;
  /** Breaks the request off, and closes the connection. */
  readonly signal: AbortSignal;
  /** Called right before the first byte is written. */
  readonly onSend?: () => void;
}

/** An open connection. With TLS, its server is the right one. It carries one request after another. */
export class Connection {
  readonly #url: URL;
  readonly #socket: Socket;
  readonly #agent: AgentOfOne;
  readonly #maxAnswerBytes: number;
  readonly #tlsVersion: { readonly tlsVersion?: string };
  #sealing: Sealing | undefined;
  #hasAnswered = false;
  /** How many exchanges are under way. The sealing is needed until they have read their answers. */
  #underWay = 0;

  /** @param maxAnswerBytes of the body of an answer as it is received */
  constructor(url: URL, socket: Socket, maxAnswerBytes: number) {
    this.#url = url;
    this.#socket = socket;
    this.#maxAnswerBytes = maxAnswerBytes;
    this.#agent = new AgentOfOne(socket);
    // Read now: a connection that was reset no longer has it.
    const tlsVersion = socket instanceof TLSSocket ? socket.getProtocol() : null;
    this.#tlsVersion = tlsVersion === null ? {} : { tlsVersion };
    socket.once('close', () => this.#release());
  }

  get isGone(): boolean {
    return this.#socket.destroyed;
  }

  /** The server's certificate in DER, which was checked before; `undefined` without TLS. */
  get certificate(): Buffer | undefined {
    return this.#socket instanceof TLSSocket ? this.#socket.getPeerCertificate().raw : undefined;
  }

  /** Seals its messages once the connection is signed in; `undefined` where TLS protects them. */
  get sealing(): Sealing | undefined {
    return this.#sealing;
  }

  sealWith(sealing: Sealing): void {
    this.#sealing = sealing;
    this.#release();
  }

  /** Runs an exchange, and keeps the sealing until it is done: the connection may end with the answer. */
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

  /** Sends one request, and reads its answer. Where that fails, the connection ends. */
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
        // Exchange compresses its answers by default. That saves little, and a small answer could unpack to a huge one.
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
        // Rejects with the reason at once. Node would only say that the server disconnected, where a part of the answer
        // is there.
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
      // At status 101 (Switching Protocols) Node emits neither of the two events above.
      asking.once('close', () => reject(new Error('the server goes over to another protocol')));
    });
    const answer = await readAnswer(message, this.#maxAnswerBytes);
    // With TLS, Node reports the end of writing one turn of the event loop later. The answer may be there before.
    if (!asking.writableFinished) await new Promise((resolve) => setImmediate(resolve));
    // The server answered before it had the whole request, and may take the rest of it for the next one.
    if (!asking.writableFinished) this.destroy();
    // From then on the connection is free for the next request, or gone where the server closes it.
    await closed;
    const first = this.#hasAnswered ? {} : this.#tlsVersion;
    this.#hasAnswered = true;
    return { ...answer, ...first };
  }

  /**
   * The error of a first request that was reset. With TLS 1.3 the server may have asked for a certificate after the
   * handshake, which Node cannot answer: Windows Server 2022 then resets the connection.
   */
  #atTls13(reason: unknown): RemotingError | undefined {
    const { message, code } = reasonOf(reason);
    const facts = this.#tlsVersion;
    if (this.#hasAnswered || code !== 'ECONNRESET' || facts.tlsVersion !== 'TLSv1.3') return undefined;
    const what = `the connection ended: ${message}`;
    return new RemotingError('closed', what, { ...facts, code }, { cause: reason });
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** Keeps one given connection between requests, and opens none. */
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
    // Node takes the server's Keep-Alive header into account: the result is false where the connection may not be kept,
    // and otherwise a time-out is set, one second shorter.
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
