import type { Readable, Writable } from 'node:stream';
import { EMPTY_GUID } from '../guid';
import { dataPacket, formatPacket, LineReader, parsePacket, type Packet } from '../out-of-process';
import { protocolError } from '../remoting-error';
import type { CommandHost } from './command-host';
import { ServedPool, type ServeOptions } from './served-pool';

export type { ServeOptions };

export interface StreamOptions extends ServeOptions {
  /**
   * Whether `writable` is ended when the serving is over. An SSH channel must stay open to take its exit status.
   *
   * @default true
   */
  readonly end?: boolean;
}

/**
 * Serves one client over a byte stream: the stdin and stdout of a process, or an SSH channel. Resolves when the client
 * has closed its pool or has gone; pipelines that still run are stopped. Rejects with a `RemotingError` where the
 * client breaks the protocol or exceeds a bound. Then reads no more of `readable`, and ends `writable` unless `end`
 * says otherwise. Nothing else may write to `writable`.
 */
export async function serve(
  host: CommandHost,
  readable: Readable,
  writable: Writable,
  options: StreamOptions = {},
): Promise<void> {
  const server = new LineServer(host, writable, options);
  try {
    await server.run(readable);
  } finally {
    await server.end(options.end ?? true);
  }
}

class LineServer {
  readonly #writable: Writable;
  readonly #pool: ServedPool;
  #closed = false;

  constructor(host: CommandHost, writable: Writable, options: ServeOptions) {
    this.#writable = writable;
    this.#pool = new ServedPool(
      host,
      { send: (target, fragments) => this.#send(target, fragments) },
      options,
    );
    // Where the client is gone, the readable side ends as well, and that ends the serving.
    writable.on('error', () => {
      this.#closed = true;
    });
    writable.on('close', () => {
      this.#closed = true;
    });
  }

  async run(readable: Readable): Promise<void> {
    const lines = new LineReader(this.#pool.bounds);
    try {
      // Leaving the loop must not destroy the stream: a duplex channel still has to carry our last messages.
      const chunks = readable.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
      for await (const chunk of chunks) {
        for (const line of lines.push(chunk)) {
          if (await this.#take(parsePacket(line))) return;
        }
      }
    } catch (error) {
      if (isGone(error)) return;
      throw error;
    }
  }

  async end(endsWritable: boolean): Promise<void> {
    await this.#pool.end();
    if (endsWritable && !this.#writable.writableEnded && !this.#closed) this.#writable.end();
  }

  /** True where the client has closed the pool. */
  async #take(packet: Packet): Promise<boolean> {
    const { target } = packet;
    switch (packet.kind) {
      case 'Data': {
        const follow = this.#pool.receive(target, packet.data, packet.stream);
        await this.#write({ kind: 'DataAck', target });
        await follow();
        return false;
      }
      case 'Command':
        this.#pool.command(target);
        await this.#write({ kind: 'CommandAck', target });
        return false;
      case 'Signal':
        // Acknowledged when the pipeline has ended. Other lines are read meanwhile.
        void this.#pool.stop(target).then(() => this.#write({ kind: 'SignalAck', target }));
        return false;
      case 'Close':
        return this.#close(target);
      default:
        throw protocolError(`a client sends no ${packet.kind}`);
    }
  }

  async #close(target: string): Promise<boolean> {
    if (target === EMPTY_GUID) {
      await this.#pool.stopAll();
      await this.#write({ kind: 'CloseAck', target });
      return true;
    }
    void this.#pool.release(target).then(() => this.#write({ kind: 'CloseAck', target }));
    return false;
  }

  async #send(target: string, fragments: readonly Buffer[]): Promise<void> {
    for (const data of fragments) await this.#write(dataPacket(target, data));
  }

  async #write(packet: Packet): Promise<void> {
    if (this.#closed) return;
    if (this.#writable.write(formatPacket(packet))) return;
    await drained(this.#writable);
  }
}

/** Resolves when the stream takes more, or will never take any more. */
function drained(writable: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      writable.off('drain', done);
      writable.off('close', done);
      resolve();
    };
    writable.on('drain', done);
    writable.on('close', done);
  });
}

/** The client disconnected without closing its pool. */
function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE';
}
