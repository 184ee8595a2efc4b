import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import { createServer } from 'node:http2';
import type { Duplex } from 'node:stream';
import { shortened, visible } from '../../schema';
import { messageOf } from '../uncaught-errors';
import { log } from './log';

/** One RPC with one request and one response. */
export type UnaryHandler = (request: Uint8Array) => Promise<Uint8Array>;

export interface GrpcOptions {
  /** By full path, for example `/tfplugin6.Provider/PlanResourceChange`. */
  readonly unary: ReadonlyMap<string, UnaryHandler>;
  /** Paths of streams that the server keeps open and never sends anything on. */
  readonly silentStreams: ReadonlySet<string>;
  /** Called when the last connection is closed and the operations under way are done. */
  readonly onIdle: () => void;
}

export interface GrpcServer {
  /** Serves an open connection. Its peer must be authenticated already. */
  accept(connection: Duplex): void;
  /** Closes every connection once what is under way on it has been answered. */
  closeGently(): void;
}

/** The largest message that Terraform itself takes and sends. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const PREFIX_BYTES = 5;
const WINDOW_BYTES = 4 * 1024 * 1024;
/** Characters of an error message in a header: HTTP/2 takes no header block of more than 64 KB here. */
const MOST_OF_MESSAGE = 2_000;
const STATUS = { resourceExhausted: 8, unimplemented: 12, internal: 13 } as const;

/** An error with a gRPC status, for what goes wrong outside of an operation. */
class GrpcError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** As much of gRPC over HTTP/2 as Terraform uses: unary calls without compression. */
export function createGrpcServer(options: GrpcOptions): GrpcServer {
  const server = createServer({
    settings: { initialWindowSize: WINDOW_BYTES, maxConcurrentStreams: 1024 },
    // Megabytes. With the default of 10, the connection would end where several large states are read at once.
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
    // The stream of a call that the client gave up ends with an error. The operation goes on all the same.
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
    const message = messageOf(error);
    log('error', `${path}: ${message}`);
    attempt(stream, () => refuse(stream, status, message));
  }
}

/** Sends on a stream. Where its client has given it up, nobody misses the answer, and the error is only logged. */
function attempt(stream: ServerHttp2Stream, send: () => void): void {
  try {
    send();
  } catch (error) {
    log('debug', `stream: ${messageOf(error)}`);
    stream.close();
  }
}

/** Sends the head of an answer, and the status as its trailer. */
function begin(stream: ServerHttp2Stream): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => attempt(stream, () => stream.sendTrailers({ 'grpc-status': '0' })));
}

/** Reads the only message of a unary request: one byte for compression, four for the length, and the message. */
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
      // Every stream closes in the end, and most have had their whole request by then.
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
      // A lone half of a surrogate pair cannot be encoded: `visible` replaces it.
      'grpc-message': encodeURIComponent(visible(shortened(message, MOST_OF_MESSAGE))),
    },
    { endStream: true },
  );
}
