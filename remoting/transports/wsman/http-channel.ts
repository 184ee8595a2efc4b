import type { Socket } from 'node:net';
import { RemotingError, type RemotingFacts } from '../../remoting-error';
import type { Answer, WireAnswer } from './answer';
import type { Authenticator, Proof, SignInOptions } from './authenticator';
import { Connection, IDLE_MS, MAX_HEADER_BYTES } from './connection';
import { Cookies } from './cookies';
import { CONTENT_TYPE } from './names';
import { tunnel, type Proxy } from './proxy';
import { Sealing } from './sealing';
import { demandServerPrincipal } from './server-principal';
import { plainSocket } from './tcp';
import { secure, reasonOf, type TlsSettings } from './tls';

export interface ChannelOptions {
  /** With http:// every body is sealed, and Kerberos is the only way to sign in. */
  readonly url: URL;
  readonly tls: TlsSettings;
  readonly proxy?: Proxy;
  readonly authenticator: Authenticator;
  /** Most bytes of an answer. A longer one is refused. */
  readonly maxAnswerBytes: number;
}

export interface PostOptions {
  /** Milliseconds for everything: connection, sign-in, request, and the answer to its last byte. */
  readonly timeoutMs: number;
  /** The name of the option that `timeoutMs` comes from. */
  readonly bound: string;
  /**
   * When somebody else will break the request off, on the clock of `performance.now()`. @default never before
   * `timeoutMs`
   */
  readonly until?: number;
  readonly signal: AbortSignal;
  /** Whether a connection may be opened where none is free. @default true */
  readonly mayConnect?: boolean;
  /** Called when it is certain that the server is the right one. */
  readonly onProved?: () => void;
  /**
   * Called right before the first byte of the request is written to an open connection. Nothing is written where it
   * throws.
   */
  readonly onSend?: () => void;
}

interface Asking extends Pick<PostOptions, 'onProved'> {
  readonly mayConnect: boolean;
  readonly onSend: () => void;
  readonly body: Buffer;
  readonly signIn: Omit<SignInOptions, 'headers'>;
}

/**
 * The part of a request's time for getting a token. It leaves some, so that the error names a key distribution center
 * that does not answer, and not the server.
 */
const AUTHORIZE_SHARE = 0.9;

/**
 * Sends requests to one server, over connections that are kept open. Errors are `RemotingError`s. Their facts say
 * `noEffect` where nothing of the request was written.
 */
export class HttpChannel {
  readonly #options: ChannelOptions;
  /** True with http://: only sealed answers are trusted. */
  readonly #seals: boolean;
  readonly #all = new Set<Connection>();
  #kept: Connection[] = [];
  /** One controller for each request under way. */
  readonly #posts = new Set<AbortController>();
  #givenUp: RemotingError | undefined;
  readonly #cookies = new Cookies();
  readonly where: RemotingFacts;

  constructor(options: ChannelOptions) {
    this.#options = options;
    this.#seals = options.url.protocol === 'http:';
    this.where = { host: hostOf(options.url), port: portOf(options.url) };
  }

  async post(text: string, options: PostOptions): Promise<Answer> {
    const { timeoutMs, bound, until = Infinity, signal, mayConnect = true, onProved, onSend } = options;
    const body = Buffer.from(text, 'utf8');
    const now = performance.now();
    const giveUp = new AbortController();
    const onAbort = (): void => giveUp.abort(signal.reason);
    this.#posts.add(giveUp);
    const timer = setTimeout(() => {
      const facts = { ...this.where, bound, limit: timeoutMs };
      giveUp.abort(new RemotingError('timeout', `no answer after ${timeoutMs} ms`, facts));
    }, timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    if (this.#givenUp !== undefined) giveUp.abort(this.#givenUp);
    let sent = false;
    const asking: Asking = {
      body,
      mayConnect,
      signIn: {
        signal: giveUp.signal,
        tokenBy: now + Math.min(timeoutMs, until - now) * AUTHORIZE_SHARE,
        firstBodyBytes: body.length,
      },
      ...(onProved === undefined ? {} : { onProved }),
      onSend: () => {
        onSend?.();
        sent = true;
      },
    };
    try {
      const answer = await this.#postOnce(asking);
      if (answer.status !== 401 || answer.withoutProof !== true) return answer;
      this.#options.authenticator.forgotten();
      // The server refused the request, so it had no effect.
      sent = false;
      return await this.#postOnce(asking);
    } catch (error) {
      throw this.#failure(error, sent);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      this.#posts.delete(giveUp);
    }
  }

  /** Closes the connections that wait for a request: where one was found dead, the others may be dead, too. */
  dropKept(): void {
    for (const connection of this.#kept.splice(0)) connection.destroy();
  }

  /** Closes all connections, those in use included. */
  destroy(): void {
    this.#givenUp = new RemotingError('closed', 'the connection was given up');
    for (const post of this.#posts) post.abort(this.#givenUp);
    for (const connection of this.#all) connection.destroy();
  }

  async #postOnce(asking: Asking): Promise<Answer> {
    const ready = this.#takeKept() ?? (await this.#signedIn(asking));
    if (!(ready instanceof Connection)) return ready;
    const answer = await ready.during(() => this.#exchange(ready, asking));
    if (!ready.isGone) this.#kept.push(ready);
    return answer;
  }

  async #exchange(connection: Connection, { body, signIn, onSend }: Asking): Promise<Answer> {
    const { sealing } = connection;
    const options = { ...signIn, headers: this.#cookies.headers };
    try {
      const authorization = await this.#options.authenticator.authorization(connection, options);
      const message = sealing === undefined ? { contentType: CONTENT_TYPE, body } : sealing.seal(body);
      const answer = await connection.exchange({
        headers: {
          'Content-Type': message.contentType,
          ...options.headers,
          ...(authorization === undefined ? {} : { Authorization: authorization }),
        },
        body: message.body,
        signal: signIn.signal,
        onSend,
      });
      const believed = sealing === undefined ? answer : sealing.unseal(answer);
      this.#cookies.take(answer.cookies);
      return authorization === undefined ? { ...believed, withoutProof: true } : believed;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  #takeKept(): Connection | undefined {
    this.#kept = this.#kept.filter(({ isGone }) => !isGone);
    return this.#kept.pop();
  }

  /** Opens a connection and signs it in. Gives the answer that refuses the sign-in, where that can be trusted. */
  async #signedIn(asking: Asking): Promise<Connection | Answer> {
    if (!asking.mayConnect) throw new RemotingError('closed', 'no connection is free');
    for (let isFirst = true; ; isFirst = false) {
      const connection = await this.#open(asking.signIn.signal);
      try {
        if (!this.#seals) asking.onProved?.();
        const headers = this.#cookies.headers;
        const outcome = await this.#options.authenticator.signIn(connection, { ...asking.signIn, headers });
        if (outcome.kind === 'refused') {
          connection.destroy();
          if (outcome.again && isFirst) continue;
          if (this.#seals) throw unproved(outcome.answer);
          return { ...outcome.answer, atSignIn: true };
        }
        this.#cookies.take(outcome.cookies ?? []);
        this.#protect(connection, outcome.proof);
        if (!connection.isGone) {
          if (this.#seals) asking.onProved?.();
          return connection;
        }
        if (!this.#seals && isFirst) {
          this.#options.authenticator.forgotten();
          continue;
        }
        throw new RemotingError(
          'closed',
          'the connection ended right after the sign-in, which is valid only for that connection',
        );
      } catch (error) {
        connection.destroy();
        throw error;
      }
    }
  }

  /** Uses the context for sealing. With TLS it is not needed any more. */
  #protect(connection: Connection, proof: Proof | undefined): void {
    if (!this.#seals) {
      proof?.context.close();
      return;
    }
    if (proof === undefined)
      throw new RemotingError('usage', 'http:// needs Kerberos, which encrypts the messages');
    connection.sealWith(new Sealing(proof.scheme, proof.context));
    demandServerPrincipal(proof.context.peer, hostOf(this.#options.url));
  }

  async #open(signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted();
    const socket = await this.#socket(signal);
    const connection = new Connection(this.#options.url, socket, this.#options.maxAnswerBytes);
    this.#all.add(connection);
    connection.onceGone(() => this.#all.delete(connection));
    return connection;
  }

  async #socket(signal: AbortSignal): Promise<Socket> {
    const { url, proxy, tls } = this.#options;
    const [host, port] = [hostOf(url), portOf(url)];
    if (this.#seals) return await plainSocket(host, port, signal);
    const below = proxy === undefined ? undefined : await tunnel(proxy, host, port, IDLE_MS, signal);
    return await secure(host, port, below, tls, signal);
  }

  #failure(reason: unknown, sent: boolean): RemotingError {
    const effect = sent ? {} : { noEffect: true };
    const cause = { cause: reason };
    if (reason instanceof RemotingError) {
      const facts = { ...this.where, ...reason.facts, ...effect };
      return new RemotingError(reason.kind, reason.message, facts, cause);
    }
    const { message, code } = reasonOf(reason);
    if (code === 'HPE_HEADER_OVERFLOW') {
      const facts = { ...this.where, ...effect, bound: 'maxHeaderBytes', limit: MAX_HEADER_BYTES };
      const what = `the headers of the answer are larger than ${MAX_HEADER_BYTES} bytes`;
      return new RemotingError('too-large', what, facts, cause);
    }
    const facts = { ...this.where, ...effect, ...(code === undefined ? {} : { code }) };
    return new RemotingError('closed', `the connection ended: ${message}`, facts, cause);
  }
}

/**
 * The error of a sign-in over http:// without proof. Anybody may have written the answer, so it only helps people to
 * find the cause.
 */
function unproved({ status, methods }: WireAnswer): RemotingError {
  if (status === 401) {
    const what = `the sign-in with Kerberos was refused (HTTP 401)`;
    return new RemotingError('authentication-refused', what, { httpStatus: status, methods });
  }
  const what = `the server did not prove by Kerberos that it is the right server (HTTP ${status})`;
  return new RemotingError('not-sealed', what, { httpStatus: status });
}

export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'http:' ? 80 : 443;
}
