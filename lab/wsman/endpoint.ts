import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { CERTIFICATE_PROFILE, CONTENT_TYPE } from '../../remoting/transports/wsman/names';
import { Calls } from './calls';
import { Disturbances, type Disturbance } from './disturbances';
import { fault } from './envelope';
import { Refusal, refusals } from './refusal';
import { WsmanService, type Reply, type ServiceOptions } from './service';

/** In PEM. */
export interface ShownCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface EndpointOptions extends ServiceOptions {
  /** Certificate and key, and what else a test wants to be different. */
  readonly tls: ServerOptions;
  /**
   * The certificate for a client that connects, whatever name it asks for; asked for each connection, since a binding may
   * have changed. Undefined: none is bound, and the connection ends.
   *
   * @default that of `tls`
   */
  readonly shown?: () => ShownCertificate | undefined;
  /** Who may come in; what is left out is not offered. */
  readonly authentication: {
    readonly basic?: (user: string, password: string) => boolean;
    readonly negotiate?: NegotiateAcceptor;
    /** Takes a client certificate that TLS has verified. */
    readonly certificate?: (commonName: string) => boolean;
  };
  /** @default '/powershell' */
  readonly path?: string;
  /** @default '127.0.0.1' */
  readonly address?: string;
  /** @default one that is free */
  readonly port?: number;
  /**
   * Milliseconds for which a connection that is idle is kept; announced with each answer, in seconds.
   *
   * @default 120000, as IIS
   */
  readonly keptMs?: number;
}

/** Looks at a client's token; the user's name, and the token to answer with. */
export interface NegotiateAcceptor {
  accept(token: string): Promise<{ readonly user: string; readonly token: string }>;
}

/** What came over the wire, for tests that count. */
export interface Traffic {
  readonly operation: string;
  /** What the call is of that the request is about; left out where it is about none. */
  readonly cmdlet?: string;
  readonly connection: number;
  readonly requestBytes: number;
}

export interface RunningEndpoint {
  readonly port: number;
  readonly service: WsmanService;
  readonly disturbances: Disturbances;
  /** Every request so far, refused ones included. */
  readonly traffic: readonly Traffic[];
  close(): Promise<void>;
}

/** Milliseconds for which IIS keeps a connection that is idle; Node's own 5 s would close those in use by a slow client. */
const KEPT_MS = 120_000;

/** Exchange's PowerShell virtual directory as IIS serves it: TLS, authentication, compression. */
export async function startEndpoint(options: EndpointOptions): Promise<RunningEndpoint> {
  const endpoint = new Endpoint(options);
  const server = createServer(options.tls, (request, response) => {
    endpoint.answer(request, response).catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = options.keptMs ?? KEPT_MS;
  server.on('secureConnection', (socket) => endpoint.connected(socket));
  if (options.shown !== undefined) show(server, options.tls, options.shown);
  server.listen(options.port ?? 0, options.address ?? '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    service: endpoint.service,
    disturbances: endpoint.disturbances,
    traffic: endpoint.traffic,
    async close() {
      await endpoint.service.endShells();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Binds what is to be shown before a handshake begins: the server's own listener, which begins it, comes after. */
function show(server: Server, tls: ServerOptions, shown: NonNullable<EndpointOptions['shown']>): void {
  let bound: string | undefined;
  server.prependListener('connection', (socket: Socket) => {
    const certificate = shown();
    if (certificate === undefined) socket.destroy();
    else if (certificate.cert !== bound) server.setSecureContext({ ...tls, ...certificate });
    bound = certificate?.cert;
  });
}

interface Connection {
  readonly number: number;
  /** Whom a ticket has proved. */
  user?: string;
  /** Header of Basic that was right: checking a password is slow by intent. */
  basic?: { readonly header: string; readonly user: string };
}

class Endpoint {
  readonly service: WsmanService;
  readonly disturbances = new Disturbances();
  readonly traffic: Traffic[] = [];
  readonly #options: EndpointOptions;
  readonly #connections = new WeakMap<object, Connection>();
  readonly #calls = new Calls();
  #count = 0;

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.service = new WsmanService(options);
  }

  connected(socket: TLSSocket): void {
    this.#count += 1;
    this.#connections.set(socket, { number: this.#count });
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request, this.service.maxEnvelopeBytes);
    const operation = /\/(\w+)<\/[\w:]*Action>/.exec(body ?? '')?.[1] ?? '';
    const connection = this.#connections.get(request.socket)?.number ?? 0;
    const cmdlet = this.#calls.cmdletOf(operation, body ?? '');
    this.traffic.push({
      operation,
      ...(cmdlet === undefined ? {} : { cmdlet }),
      connection,
      requestBytes: body?.length ?? 0,
    });
    if (!this.#isHere(request)) {
      plain(response, 404);
      return;
    }
    const user = await this.#authenticate(request, response);
    if (user === undefined) {
      for (const method of this.#offered()) response.appendHeader('WWW-Authenticate', method);
      plain(response, 401);
      return;
    }
    const met = this.disturbances.meet(operation, cmdlet);
    if (!(await this.#disturb(met, 'before', request, response))) return;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const reply: Reply =
      body === undefined
        ? {
            kind: 'answer',
            status: 500,
            text: fault('', refusals.tooLarge(this.service.maxEnvelopeBytes)),
          }
        : await this.service.handle(user, queryOf(request), body, gone.signal);
    if (!(await this.#disturb(met, 'after', request, response))) return;
    if (reply.kind === 'dropped') request.socket.destroy();
    else if (met.some(({ when }) => when === 'during')) breakOff(request, response, reply.text);
    else send(request, response, reply);
  }

  #isHere(request: IncomingMessage): boolean {
    const path = (request.url ?? '').replace(/[?#].*$/, '').replace(/\/$/, '');
    return request.method === 'POST' && path.toLowerCase() === (this.#options.path ?? '/powershell');
  }

  #offered(): readonly string[] {
    const { basic, negotiate } = this.#options.authentication;
    return [
      ...(negotiate === undefined ? [] : ['Negotiate']),
      ...(basic === undefined ? [] : ['Basic realm="lab"']),
    ];
  }

  async #authenticate(request: IncomingMessage, response: ServerResponse): Promise<string | undefined> {
    const { basic, negotiate, certificate } = this.#options.authentication;
    const header: string = request.headers.authorization ?? '';
    const connection = this.#connections.get(request.socket);
    if (header === CERTIFICATE_PROFILE) {
      const socket = request.socket as TLSSocket;
      const name = socket.authorized ? [socket.getPeerCertificate().subject.CN].flat()[0] : undefined;
      return name !== undefined && certificate?.(name) === true ? name : undefined;
    }
    const [, scheme = '', token = ''] = /^(\w+) +([A-Za-z0-9+/=]+)$/.exec(header) ?? [];
    switch (scheme.toLowerCase()) {
      case 'basic': {
        const [, user = '', password = ''] =
          /^([^:]*):([^]*)$/.exec(Buffer.from(token, 'base64').toString('utf8')) ?? [];
        if (connection?.basic?.header === header) return connection.basic.user;
        if (basic?.(user, password) !== true) return undefined;
        if (connection !== undefined) connection.basic = { header, user };
        return user;
      }
      case 'negotiate': {
        const accepted = await negotiate?.accept(token).catch(() => undefined);
        if (accepted === undefined) return undefined;
        response.setHeader('WWW-Authenticate', `Negotiate ${accepted.token}`);
        // As IIS does with Kerberos, the connection is remembered.
        if (connection !== undefined) connection.user = accepted.user;
        return accepted.user;
      }
      default:
        return connection?.user;
    }
  }

  /** False where the request is done with. */
  async #disturb(
    met: readonly Disturbance[],
    when: 'before' | 'after',
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<boolean> {
    for (const { effect } of met.filter((disturbance) => (disturbance.when ?? 'before') === when)) {
      switch (effect.kind) {
        case 'slow':
          await sleep(effect.delayMs);
          break;
        case 'silence':
          return false;
        case 'half-close':
          request.socket.end();
          return false;
        case 'endless':
          drip(request, effect.part);
          return false;
        case 'end-shells':
          await this.service.endShells();
          break;
        case 'reset':
          (request.socket as TLSSocket).resetAndDestroy();
          return false;
        case 'status':
          for (const [name, value] of Object.entries(effect.headers ?? {})) response.setHeader(name, value);
          plain(response, effect.status);
          return false;
        case 'text':
          response.writeHead(200, { 'Content-Type': effect.contentType });
          response.end(effect.body);
          return false;
        case 'fault': {
          const { subcode, windowsCode, reason = 'This was asked for.' } = effect;
          const refusal = new Refusal('Receiver', subcode, reason, windowsCode);
          send(request, response, { kind: 'answer', status: 500, text: fault('', refusal) });
          return false;
        }
      }
    }
    return true;
  }
}

const DRIP_MS = 20;

/** Bytes of an answer that go on until the client has gone. */
function drip({ socket }: IncomingMessage, part: 'head' | 'body'): void {
  socket.write('HTTP/1.1 200 OK\r\n');
  if (part === 'body') socket.write(`Content-Type: ${CONTENT_TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n`);
  const next = part === 'head' ? `X-Filler: ${'x'.repeat(200)}\r\n` : '1\r\n \r\n';
  const timer = setInterval(() => socket.write(next), DRIP_MS);
  socket.once('close', () => clearInterval(timer));
}

function queryOf({ url = '' }: IncomingMessage): string {
  return /\?([^#]*)/.exec(url)?.[1] ?? '';
}

/** `undefined` where it is too large. */
async function read(request: IncomingMessage, most: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= most) chunks.push(chunk);
  }
  return bytes > most ? undefined : Buffer.concat(chunks).toString('utf8');
}

function plain(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'Content-Type': 'text/html' });
  response.end(`<html><body>${status}</body></html>`);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, text }: Extract<Reply, { readonly kind: 'answer' }>,
): void {
  const compressed = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const body = compressed ? gzipSync(text) : Buffer.from(text, 'utf8');
  response.writeHead(status, {
    'Content-Type': CONTENT_TYPE,
    'Content-Length': body.length,
    ...(compressed ? { 'Content-Encoding': 'gzip' } : {}),
  });
  response.end(body);
}

function breakOff(request: IncomingMessage, response: ServerResponse, text: string): void {
  response.writeHead(200, { 'Content-Type': CONTENT_TYPE, 'Content-Length': Buffer.byteLength(text) });
  response.write(text.slice(0, text.length / 2), () => request.socket.destroy());
}
