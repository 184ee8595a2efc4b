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
  /**
   * Certificate and key of the HTTPS listener, and further TLS settings of a test. Left out: there is no HTTPS
   * listener.
   */
  readonly tls?: ServerOptions;
  /**
   * Returns the certificate to show to every client, whatever name it asks for. It is called for each connection, since
   * a binding may have changed. Undefined: no certificate is bound, and the connection ends.
   *
   * @default that of `tls`
   */
  readonly shown?: () => ShownCertificate | undefined;
  /**
   * An HTTP listener, whose bodies are encrypted by Kerberos.
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
   * The port of the HTTPS listener.
   *
   * @default one that is free
   */
  readonly port?: number;
  /**
   * Milliseconds after which an idle connection is closed; announced with each answer, in seconds.
   *
   * @default 120000, as IIS
   */
  readonly keptMs?: number;
}

export interface Listeners {
  /** The port of the HTTPS listener; 0 where there is none. */
  readonly port: number;
  /** The port of the HTTP listener; 0 where there is none. */
  readonly httpPort: number;
  close(): Promise<void>;
}

/**
 * The milliseconds after which IIS closes an idle connection. Node's own 5 s would close connections that a slow client
 * still uses.
 */
const KEPT_MS = 120_000;

/** @param takesPostHandshakeAuth whether the client offers post-handshake authentication of TLS 1.3 */
type Connected = (socket: Socket, takesPostHandshakeAuth: boolean) => void;

/** Starts the listeners of an endpoint, with TLS and without. */
export async function startListeners(
  options: ListenerOptions & Pick<GateOptions, 'windows'>,
  connected: Connected,
  answer: RequestListener,
): Promise<Listeners> {
  const started: (HttpServer | HttpsServer)[] = [];
  /** Connections before their TLS handshake. */
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
  /** Ports of clients that offer post-handshake authentication. */
  const postHandshakePorts = new Set<number | undefined>();
  server.on('secureConnection', (socket) => connected(socket, postHandshakePorts.delete(socket.remotePort)));
  let bound: string | undefined;
  beforeHandshake(server, beginning, async (socket) => {
    if (windows !== undefined && offersPostHandshakeAuth(await peekRecord(socket)))
      postHandshakePorts.add(socket.remotePort);
    if (shown === undefined) return;
    const certificate = shown();
    if (certificate === undefined) socket.destroy();
    else if (certificate.cert !== bound) server.setSecureContext({ ...settings, ...certificate });
    bound = certificate?.cert;
  });
  return server;
}

/** Runs a function before each handshake, which the server's own listeners begin. */
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
