import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server as HttpServer } from 'node:http';
import {
  createServer as createHttpsServer,
  type Server as HttpsServer,
  type ServerOptions,
} from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { GateOptions } from './gate';
import { offersPostHandshakeAuth, peekRecord } from './client-hello';

/** In PEM. */
export interface ShownCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface ListenerOptions {
  /** Certificate and key of the HTTPS listener, and what else a test wants to be different. Left out: there is none. */
  readonly tls?: ServerOptions;
  /**
   * The certificate for a client that connects, whatever name it asks for; asked for each connection, since a binding may
   * have changed. Undefined: none is bound, and the connection ends.
   *
   * @default that of `tls`
   */
  readonly shown?: () => ShownCertificate | undefined;
  /**
   * An HTTP listener, where bodies come and go sealed by Kerberos.
   *
   * @default none
   */
  readonly http?: {
    /** @default one that is free */
    readonly port?: number;
  };
  /** @default '127.0.0.1' */
  readonly address?: string;
  /**
   * Of the HTTPS listener.
   *
   * @default one that is free
   */
  readonly port?: number;
  /**
   * Milliseconds for which a connection that is idle is kept; announced with each answer, in seconds.
   *
   * @default 120000, as IIS
   */
  readonly keptMs?: number;
}

export interface Listeners {
  /** Of the HTTPS listener; 0 where there is none. */
  readonly port: number;
  /** Of the HTTP listener; 0 where there is none. */
  readonly httpPort: number;
  close(): Promise<void>;
}

/** Milliseconds for which IIS keeps a connection that is idle; Node's own 5 s would close those in use by a slow client. */
const KEPT_MS = 120_000;

/** @param takesLateQuestion whether the client says that it may be asked for a certificate later, within TLS 1.3 too */
type Connected = (socket: Socket, takesLateQuestion: boolean) => void;

/** Starts what listens for an endpoint, over TLS and without. */
export async function startListeners(
  options: ListenerOptions & Pick<GateOptions, 'windows'>,
  connected: Connected,
  answer: RequestListener,
): Promise<Listeners> {
  const started: (HttpServer | HttpsServer)[] = [];
  /** Connections that have not come to their handshake. */
  const beginning = new Set<Socket>();
  const start = async (server: HttpServer | HttpsServer, port = 0): Promise<number> => {
    server.keepAliveTimeout = options.keptMs ?? KEPT_MS;
    server.listen(port, options.address ?? '127.0.0.1');
    await once(server, 'listening');
    started.push(server);
    return (server.address() as AddressInfo).port;
  };
  const { tls, http } = options;
  let port = 0;
  if (tls !== undefined) {
    port = await start(secureServer(options, tls, beginning, connected, answer), options.port);
  }
  let httpPort = 0;
  if (http !== undefined) {
    const server = createHttpServer(answer);
    server.on('connection', (socket) => connected(socket, false));
    httpPort = await start(server, http.port);
  }
  return {
    port,
    httpPort,
    async close() {
      await Promise.all(
        started.map(async (server) => {
          const closed = once(server, 'close');
          server.close();
          server.closeAllConnections();
          for (const socket of beginning) socket.destroy();
          await closed;
        }),
      );
    },
  };
}

function secureServer(
  { shown, windows }: ListenerOptions & Pick<GateOptions, 'windows'>,
  tls: ServerOptions,
  beginning: Set<Socket>,
  connected: Connected,
  answer: RequestListener,
): HttpsServer {
  const settings = windows === 2019 ? { maxVersion: 'TLSv1.2' as const, ...tls } : tls;
  const server = createHttpsServer(settings, answer);
  /** Ports of clients that take a late question. */
  const late = new Set<number | undefined>();
  server.on('secureConnection', (socket) => connected(socket, late.delete(socket.remotePort)));
  let bound: string | undefined;
  beforeHandshake(server, beginning, async (socket) => {
    if (windows !== undefined && offersPostHandshakeAuth(await peekRecord(socket)))
      late.add(socket.remotePort);
    if (shown === undefined) return;
    const certificate = shown();
    if (certificate === undefined) socket.destroy();
    else if (certificate.cert !== bound) server.setSecureContext({ ...settings, ...certificate });
    bound = certificate?.cert;
  });
  return server;
}

/** Has something done before each handshake, which the server's own listeners begin. */
function beforeHandshake(
  server: HttpsServer,
  beginning: Set<Socket>,
  work: (socket: Socket) => Promise<void>,
): void {
  const begin = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    beginning.add(socket);
    socket.once('close', () => beginning.delete(socket));
    const goOn = (): void => {
      beginning.delete(socket);
      if (!socket.destroyed) for (const listener of begin) listener.call(server, socket);
    };
    work(socket).then(goOn, () => socket.destroy());
  });
}
