import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server as HttpServer } from 'node:http';
import {
  createServer as createHttpsServer,
  type Server as HttpsServer,
  type ServerOptions,
} from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

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

/** Starts what listens for an endpoint, over TLS and without. */
export async function startListeners(
  options: ListenerOptions,
  connected: (socket: Socket) => void,
  answer: RequestListener,
): Promise<Listeners> {
  const started: (HttpServer | HttpsServer)[] = [];
  const start = async (server: HttpServer | HttpsServer, port = 0): Promise<number> => {
    server.keepAliveTimeout = options.keptMs ?? KEPT_MS;
    server.listen(port, options.address ?? '127.0.0.1');
    await once(server, 'listening');
    started.push(server);
    return (server.address() as AddressInfo).port;
  };
  const { tls, shown, http } = options;
  let port = 0;
  if (tls !== undefined) {
    const server = createHttpsServer(tls, answer);
    server.on('secureConnection', connected);
    if (shown !== undefined) show(server, tls, shown);
    port = await start(server, options.port);
  }
  let httpPort = 0;
  if (http !== undefined) {
    const server = createHttpServer(answer);
    server.on('connection', connected);
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
          await closed;
        }),
      );
    },
  };
}

/** Binds what is to be shown before a handshake begins: the server's own listener, which begins it, comes after. */
function show(server: HttpsServer, tls: ServerOptions, shown: NonNullable<ListenerOptions['shown']>): void {
  let bound: string | undefined;
  server.prependListener('connection', (socket: Socket) => {
    const certificate = shown();
    if (certificate === undefined) socket.destroy();
    else if (certificate.cert !== bound) server.setSecureContext({ ...tls, ...certificate });
    bound = certificate?.cert;
  });
}
