import type {
  Http2SecureServer,
  IncomingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
} from 'node:http2';
import { createSecureServer } from 'node:http2';
import { log } from './log';

/** One RPC with one request and one response. */
export type UnaryHandler = (request: Uint8Array) => Promise<Uint8Array>;

export interface GrpcOptions {
  readonly certificate: string;
  readonly key: string;
  /** PEM of the only certificate whose holder may connect. */
  readonly clientCertificate: string;
  /** By full path, for example `/tfplugin6.Provider/PlanResourceChange`. */
  readonly unary: ReadonlyMap<string, UnaryHandler>;
  /** Paths of server streams that stay open and never send. */
  readonly silentStreams: ReadonlySet<string>;
  /** Called when the last connection is closed and the operations in flight are done. */
  readonly onIdle: () => void;
}

/** What Terraform itself takes and sends at most. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const PREFIX_BYTES = 5;
const WINDOW_BYTES = 4 * 1024 * 1024;
const STATUS = { resourceExhausted: 8, unimplemented: 12, internal: 13 } as const;

/** An error with a gRPC status, for what goes wrong outside an operation. */
class GrpcError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** A gRPC server over TLS; the caller listens. */
export function createGrpcServer(options: GrpcOptions): Http2SecureServer {
  const server = createSecureServer({
    cert: options.certificate,
    key: options.key,
    ca: options.clientCertificate,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    settings: { initialWindowSize: WINDOW_BYTES, maxConcurrentStreams: 1024 },
    // Megabytes. The default of 10 ends the connection where several large states are read at once.
    maxSessionMemory: 1024,
  });
  let sessions = 0;
  let inFlight = 0;
  const settle = () => {
    if (sessions === 0 && inFlight === 0) options.onIdle();
  };
  server.on('session', (session: ServerHttp2Session) => {
    sessions += 1;
    session.setLocalWindowSize(4 * WINDOW_BYTES);
    session.on('error', (error: Error) => log('warn', `connection: ${error.message}`));
    session.once('close', () => {
      sessions -= 1;
      settle();
    });
  });
  server.on('stream', (stream, headers) => {
    // A stream that the client gives up ends with an error; the operation goes on and its end is what counts.
    stream.on('error', (error: Error) => log('debug', `stream: ${error.message}`));
    const path = headers[':path'] ?? '';
    if (options.silentStreams.has(path)) {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
      stream.resume();
      return;
    }
    inFlight += 1;
    void answer(stream, headers, options.unary.get(path)).finally(() => {
      inFlight -= 1;
      settle();
    });
  });
  server.on('tlsClientError', (error) => log('warn', `a connection was refused: ${error.message}`));
  return server;
}

async function answer(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  handler: UnaryHandler | undefined,
): Promise<void> {
  try {
    if (handler === undefined) {
      throw new GrpcError(STATUS.unimplemented, `this provider has no method ${headers[':path']}`);
    }
    reply(stream, await handler(await readMessage(stream)));
  } catch (error) {
    const status = error instanceof GrpcError ? error.status : STATUS.internal;
    const message = error instanceof Error ? error.message : String(error);
    log('error', `${headers[':path']}: ${message}`);
    refuse(stream, status, message);
  }
}

/** The one message of a unary request: a byte for compression, four for the length, and the bytes. */
async function readMessage(stream: ServerHttp2Stream): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_MESSAGE_BYTES + PREFIX_BYTES) {
      throw new GrpcError(STATUS.resourceExhausted, `a request is larger than ${MAX_MESSAGE_BYTES} bytes`);
    }
  }
  const frame = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size);
  if (size < PREFIX_BYTES) throw new GrpcError(STATUS.internal, 'a request ended before its message');
  if (frame[0] !== 0) throw new GrpcError(STATUS.unimplemented, 'compressed messages are not supported');
  if (frame.readUInt32BE(1) !== size - PREFIX_BYTES) {
    throw new GrpcError(STATUS.internal, 'a request is not one whole message');
  }
  return frame.subarray(PREFIX_BYTES);
}

function reply(stream: ServerHttp2Stream, message: Uint8Array): void {
  if (stream.destroyed) return;
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.write(prefix);
  stream.end(message);
}

function refuse(stream: ServerHttp2Stream, status: number, message: string): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.resume();
  stream.respond(
    {
      ':status': 200,
      'content-type': 'application/grpc',
      'grpc-status': String(status),
      'grpc-message': encodeURIComponent(message),
    },
    { endStream: true },
  );
}
