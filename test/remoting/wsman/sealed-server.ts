import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { SecurityContext } from '../../../kerberos';
import { WsmanService } from '../../../lab/wsman/service';
import {
  encryptedContentType,
  readEncryptedMessage,
  writeEncryptedMessage,
  type SealedBy,
} from '../../../remoting/transports/wsman/encrypted-message';
import type { Realm } from '../../kerberos/realm';
import { sampleHost } from '../peers/sample-host';

/** An answer on its way out, for tests that change it. */
export interface Reply {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: Buffer;
}

export interface Request {
  /** Empty where it signs in. */
  readonly operation: string;
  readonly connection: number;
  readonly authorization: string;
  readonly contentType: string;
  readonly cookie: string;
  readonly bodyBytes: number;
}

/** What somebody between the two makes of an answer; `drop` breaks the connection instead. */
export type Meddling = (reply: Reply, request: Request) => Reply | 'drop' | undefined;

export interface SealedServerOptions {
  /** What it takes, and offers where it refuses. */
  readonly schemes?: readonly SealedBy[];
  /** Seals an answer; left out: as the protocol has it. */
  readonly seal?: (context: SecurityContext, plain: Buffer) => Buffer;
}

interface Signed {
  readonly scheme: SealedBy;
  readonly context: SecurityContext;
}

/** An endpoint that takes Kerberos and sealed bodies only, as a default Exchange server, and whose answers can be changed. */
export class SealedServer {
  readonly requests: Request[] = [];
  readonly service = new WsmanService({ host: () => sampleHost });
  meddle: Meddling = () => undefined;
  /** Seals something before each answer that never goes out. */
  sealOneMore = false;
  /** Body of the last request, as it came. */
  lastBody: Buffer = Buffer.alloc(0);
  readonly #realm: Realm;
  readonly #options: SealedServerOptions;
  readonly #signed = new WeakMap<object, Signed>();
  readonly #numbers = new WeakMap<object, number>();
  readonly #wire: Buffer[] = [];
  #count = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch(() => request.socket.destroy());
  });

  constructor(realm: Realm, options: SealedServerOptions = {}) {
    this.#realm = realm;
    this.#options = options;
  }

  async start(): Promise<this> {
    this.#server.on('connection', (socket) => {
      this.#numbers.set(socket, ++this.#count);
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.on('data', (chunk: Buffer) => this.#wire.push(chunk));
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get url(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}/PowerShell/`;
  }

  /** Every byte that came. */
  get wire(): string {
    return Buffer.concat(this.#wire).toString('latin1');
  }

  get connections(): number {
    return this.#sockets.size;
  }

  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  operations(): readonly string[] {
    return this.requests.splice(0).map(({ operation }) => operation);
  }

  async stop(): Promise<void> {
    await this.service.endShells();
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    this.lastBody = body;
    const signed = this.#signed.get(request.socket);
    const text = body.length === 0 ? '' : this.#opened(signed, body);
    const seen: Request = {
      operation: /\/(\w+)<\/[\w:]*Action>/.exec(text)?.[1] ?? '',
      connection: this.#numbers.get(request.socket) ?? 0,
      authorization: request.headers.authorization ?? '',
      contentType: request.headers['content-type'] ?? '',
      cookie: request.headers.cookie ?? '',
      bodyBytes: body.length,
    };
    this.requests.push(seen);
    const reply =
      body.length === 0 ? await this.#signIn(request) : await this.#served(signed, response, text);
    const changed = reply && (this.meddle(reply, seen) ?? reply);
    if (changed === undefined || changed === 'drop') {
      request.socket.destroy();
      return;
    }
    response.writeHead(changed.status, { ...changed.headers, 'Content-Length': changed.body.length });
    response.end(changed.body);
  }

  async #signIn(request: IncomingMessage): Promise<Reply> {
    const schemes = this.#options.schemes ?? ['Kerberos'];
    const [, name, token = ''] = /^(\w+) (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
    const scheme = schemes.find((one) => one === name);
    const offer = { status: 401, headers: { 'WWW-Authenticate': schemes.join(', ') }, body: Buffer.alloc(0) };
    if (scheme === undefined) return offer;
    const context = this.#realm.accept({ mechanism: scheme === 'Kerberos' ? 'kerberos' : 'spnego' });
    const answer = await context.token(Buffer.from(token, 'base64')).catch(() => undefined);
    if (!context.complete) return offer;
    this.#signed.set(request.socket, { scheme, context });
    const proof = `${scheme} ${answer?.toString('base64') ?? ''}`;
    return { status: 200, headers: { 'WWW-Authenticate': proof }, body: Buffer.alloc(0) };
  }

  #opened(signed: Signed | undefined, body: Buffer): string {
    if (signed === undefined) throw new Error('a body before the sign-in');
    return signed.context.unseal(readEncryptedMessage(body).sealed).toString('utf8');
  }

  /** `undefined` where the client has gone or the connection is to break. */
  async #served(
    signed: Signed | undefined,
    response: ServerResponse,
    text: string,
  ): Promise<Reply | undefined> {
    if (signed === undefined) return undefined;
    const { scheme, context } = signed;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const reply = await this.service.handle(context.peer, '', text, gone.signal);
    if (reply.kind === 'dropped' || gone.signal.aborted) return undefined;
    if (this.sealOneMore) context.seal(Buffer.from('left out'));
    const plain = Buffer.from(reply.text);
    const sealed =
      this.#options.seal?.(context, plain) ??
      // As Exchange writes it.
      writeEncryptedMessage(scheme, plain.length, context.seal(plain), { afterDashes: ' ' });
    return {
      status: reply.status,
      headers: { 'Content-Type': encryptedContentType(scheme) },
      body: sealed,
    };
  }
}
