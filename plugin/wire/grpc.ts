import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import { createServer } from 'node:http2';
import type { Duplex } from 'node:stream';
import { shortened, visible } from '../../schema';
import { toldBy } from '../mishaps';
import { log } from './log';

/** One RPC with one request and one response. */
export type UnaryHandler = (request: Uint8Array) => Promise<Uint8Array>;

export interface GrpcOptions {
  /** By full path, for example `/tfplugin6.Provider/PlanResourceChange`. */
  readonly unary: ReadonlyMap<string, UnaryHandler>;
  /** Paths of server streams that stay open and never send. */
  readonly silentStreams: ReadonlySet<string>;
  /** Called when the last connection is closed and the operations in flight are done. */
  readonly onIdle: () => void;
}

export interface GrpcServer {
  /** Serves a connection that is open and whose peer is known. */
  accept(connection: Duplex): void;
  /** Closes every connection once what is under way on it has been answered. */
  closeGently(): void;
}

/** What Terraform itself takes and sends at most. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const PREFIX_BYTES = 5;
const WINDOW_BYTES = 4 * 1024 * 1024;
/** Characters of an error that travels in a header: HTTP/2 frames no header block of more than 64 KB here. */
const MOST_OF_MESSAGE = 2_000;
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

/** gRPC over HTTP/2 as far as Terraform speaks it: unary calls, no compression. */
export function createGrpcServer(options: GrpcOptions): GrpcServer {
  const server = createServer({
    settings: { initialWindowSize: WINDOW_BYTES, maxConcurrentStreams: 1024 },
    // Megabytes. The default of 10 ends the connection where several large states are read at once.
    maxSessionMemory: 1024,
  });
  const sessions = new Set<ServerHttp2Session>();
  const silent = new Set<ServerHttp2Stream>();
  let inFlight = 0;
  const settle = () => {
    if (sessions.size === 0 && inFlight === 0) options.onIdle();
  };
  server.on('error', (error: Error) => log('warn', `server: ${error.message}`));
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session);
    session.setLocalWindowSize(4 * WINDOW_BYTES);
    session.on('error', (error: Error) => log('warn', `connection: ${error.message}`));
    session.once('close', () => {
      sessions.delete(session);
      settle();
    });
  });
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    // A stream that the client gives up ends with an error; the operation goes on and its end is what counts.
    stream.on('error', (error: Error) => log('debug', `stream: ${error.message}`));
    const path = headers[':path'] ?? '';
    if (options.silentStreams.has(path)) {
      silent.add(stream);
      stream.once('close', () => silent.delete(stream));
      attempt(stream, () => {
        begin(stream);
        stream.resume();
      });
      return;
    }
    inFlight += 1;
    void answer(stream, path, options.unary.get(path)).finally(() => {
      inFlight -= 1;
      settle();
    });
  });
  return {
    accept: (connection) => void server.emit('connection', connection),
    closeGently() {
      for (const stream of silent) attempt(stream, () => stream.end());
      for (const session of sessions) session.close();
    },
  };
}

async function answer(
  stream: ServerHttp2Stream,
  path: string,
  handler: UnaryHandler | undefined,
): Promise<void> {
  try {
    if (handler === undefined)
      throw new GrpcError(STATUS.unimplemented, `this provider has no method ${path}`);
    reply(stream, await handler(await readMessage(stream)));
  } catch (error) {
    const status = error instanceof GrpcError ? error.status : STATUS.internal;
    const message = toldBy(error);
    log('error', `${path}: ${message}`);
    attempt(stream, () => refuse(stream, status, message));
  }
}

/** What a stream takes no more, because its client has given it up, is nobody's loss. */
function attempt(stream: ServerHttp2Stream, send: () => void): void {
  try {
    send();
  } catch (error) {
    log('debug', `stream: ${toldBy(error)}`);
    stream.close();
  }
}

/** The head of an answer, and the status behind its end. */
function begin(stream: ServerHttp2Stream): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => attempt(stream, () => stream.sendTrailers({ 'grpc-status': '0' })));
}

/** The one message of a unary request: a byte for compression, four for the length, and the bytes. */
async function readMessage(stream: ServerHttp2Stream): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    // The rest of a request that is too large is read and dropped, so that the answer can still be sent.
    if (size <= MAX_MESSAGE_BYTES + PREFIX_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  });
  await new Promise<void>((resolve, reject) => {
    stream.once('end', resolve);
    stream.once('close', () => {
      // Every stream closes; most have had their request whole.
      if (!stream.readableEnded)
        reject(new GrpcError(STATUS.internal, 'a request was given up before its end'));
    });
  });
  if (size > MAX_MESSAGE_BYTES + PREFIX_BYTES) {
    throw new GrpcError(STATUS.resourceExhausted, `a request is larger than ${MAX_MESSAGE_BYTES} bytes`);
  }
  const frame = Buffer.concat(chunks, size);
  if (size < PREFIX_BYTES) throw new GrpcError(STATUS.internal, 'a request ended before its message');
  if (frame[0] !== 0) throw new GrpcError(STATUS.unimplemented, 'compressed messages are not supported');
  if (frame.readUInt32BE(1) !== size - PREFIX_BYTES) {
    throw new GrpcError(STATUS.internal, 'a request is not one whole message');
  }
  return frame.subarray(PREFIX_BYTES);
}

function reply(stream: ServerHttp2Stream, message: Uint8Array): void {
  if (stream.destroyed) return;
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX_BYTES);
  begin(stream);
  stream.end(frame);
}

function refuse(stream: ServerHttp2Stream, status: number, message: string): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.resume();
  stream.respond(
    {
      ':status': 200,
      'content-type': 'application/grpc',
      'grpc-status': String(status),
      // A half of a surrogate pair, which has no encoding, is made visible before.
      'grpc-message': encodeURIComponent(visible(shortened(message, MOST_OF_MESSAGE))),
    },
    { endStream: true },
  );
}
