import type { Readable, Writable } from 'node:stream';
import { DEFAULT_BOUNDS, type Bounds } from '../bounds';
import { EMPTY_GUID } from '../guid';
import {
  dataPacket,
  formatPacket,
  LineReader,
  parsePacket,
  type DataPacket,
  type Packet,
} from '../out-of-process';
import { protocolError, tooLarge } from '../remoting-error';
import { Slots } from '../slots';
import type { CommandHost, Pipeline } from './command-host';
import { completed, contentOf, stopped, type Content } from './emissions';
import { ServerRunspacePool, type ServerEvent } from './runspace-pool';

export interface ServeOptions {
  /** @default DEFAULT_BOUNDS */
  readonly bounds?: Partial<Bounds>;
  /**
   * Bytes of a fragment, header included.
   *
   * @default 32768
   */
  readonly maxFragmentBytes?: number;
  /**
   * Milliseconds that the host gets to end a pipeline that was stopped.
   *
   * @default 5000
   */
  readonly stopTimeoutMs?: number;
}

/**
 * Serves one client over a byte stream: a process's stdin and stdout, or an SSH channel. Resolves when the client
 * closed its pool or went away (pipelines that still ran are stopped then); rejects with a `RemotingError` where the
 * client broke the protocol or a bound. `writable` is ended; `readable` is read no more. Nothing else may write to `writable`.
 */
export async function serve(
  host: CommandHost,
  readable: Readable,
  writable: Writable,
  options: ServeOptions = {},
): Promise<void> {
  const server = new LineServer(host, writable, options);
  try {
    await server.run(readable);
  } finally {
    await server.end();
  }
}

interface Pipe {
  readonly stop: AbortController;
  /** Set once the pipeline runs. */
  running?: Promise<void>;
}

class LineServer {
  readonly #host: CommandHost;
  readonly #writable: Writable;
  readonly #bounds: Bounds;
  readonly #stopTimeoutMs: number;
  readonly #pool: ServerRunspacePool;
  readonly #slots = new Slots(0);
  readonly #pipes = new Map<string, Pipe>();
  #closed = false;

  constructor(host: CommandHost, writable: Writable, options: ServeOptions) {
    this.#host = host;
    this.#writable = writable;
    this.#bounds = { ...DEFAULT_BOUNDS, ...options.bounds };
    this.#stopTimeoutMs = options.stopTimeoutMs ?? 5_000;
    this.#pool = new ServerRunspacePool({
      powerShellVersion: host.powerShellVersion,
      maxFragmentBytes: options.maxFragmentBytes ?? 32_768,
      bounds: this.#bounds,
    });
    // Where the client is gone, the readable side ends, too; that is what ends the server.
    writable.on('error', () => {
      this.#closed = true;
    });
    writable.on('close', () => {
      this.#closed = true;
    });
  }

  async run(readable: Readable): Promise<void> {
    const lines = new LineReader(this.#bounds);
    try {
      // The streams stay their owner's: a channel that serves both ways must still carry our last words.
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

  async end(): Promise<void> {
    await Promise.all([...this.#pipes.keys()].map((pipeline) => this.#stop(pipeline)));
    this.#slots.abandon();
    if (!this.#writable.writableEnded && !this.#closed) this.#writable.end();
  }

  /** True where the client closed the pool. */
  async #take(packet: Packet): Promise<boolean> {
    const { target } = packet;
    switch (packet.kind) {
      case 'Data':
        await this.#data(packet);
        return false;
      case 'Command':
        this.#command(target);
        await this.#write({ kind: 'CommandAck', target });
        return false;
      case 'Signal':
        // Confirmed when the pipeline has ended; until then other lines are read.
        void this.#stop(target).then(() => this.#write({ kind: 'SignalAck', target }));
        return false;
      case 'Close':
        return this.#close(target);
      default:
        throw protocolError(`a client sends no ${packet.kind}`);
    }
  }

  #command(target: string): void {
    if (target === EMPTY_GUID || this.#pipes.has(target)) throw protocolError('a pipeline was started twice');
    if (this.#pipes.size >= this.#bounds.maxPipelines) {
      throw tooLarge('the number of pipelines', 'maxPipelines', this.#bounds.maxPipelines);
    }
    this.#pipes.set(target, { stop: new AbortController() });
  }

  async #data({ target, data, stream }: DataPacket): Promise<void> {
    // Input for a pipeline that has ended is acknowledged and forgotten, as in PowerShell.
    const events =
      target === EMPTY_GUID || this.#pipes.has(target) ? this.#pool.receive(target, data, stream) : [];
    await this.#write({ kind: 'DataAck', target });
    for (const event of events) await this.#follow(event);
  }

  async #follow(event: ServerEvent): Promise<void> {
    switch (event.kind) {
      case 'reply':
        await this.#send(EMPTY_GUID, event.fragments);
        return;
      case 'resize':
        this.#slots.resize(event.by);
        return;
      case 'count-free':
        await this.#send(EMPTY_GUID, this.#pool.freeRunspaces(event.request, this.#slots.free));
        return;
      case 'reject':
        await this.#say(event.pipeline, rejection(event.reason));
        return;
      case 'run': {
        const pipe = this.#pipes.get(event.pipeline);
        if (pipe === undefined || pipe.running !== undefined)
          throw protocolError('a pipeline was created twice');
        pipe.running = this.#runPipeline(event.pipeline, event.work, pipe.stop.signal);
        return;
      }
    }
  }

  async #runPipeline(pipeline: string, work: Pipeline, signal: AbortSignal): Promise<void> {
    const release = await this.#slots.take(signal);
    try {
      const last = release === undefined ? stopped : await this.#emit(pipeline, work, signal);
      await this.#say(pipeline, last);
    } finally {
      release?.();
    }
  }

  /** Sends what the host yields; gives the last message. A host that throws fails the pipeline, not the session. */
  async #emit(pipeline: string, work: Pipeline, signal: AbortSignal): Promise<Content> {
    try {
      for await (const emission of this.#host.run(work, signal)) {
        if (signal.aborted) return stopped;
        if (emission.kind === 'failed') return contentOf(emission);
        await this.#say(pipeline, contentOf(emission));
      }
    } catch (error) {
      if (signal.aborted) return stopped;
      const message = error instanceof Error ? error.message : String(error);
      return contentOf({ kind: 'failed', error: { fullyQualifiedErrorId: 'HostFailed', message } });
    }
    return signal.aborted ? stopped : completed;
  }

  async #stop(pipeline: string): Promise<void> {
    const pipe = this.#pipes.get(pipeline);
    if (pipe === undefined) return;
    pipe.stop.abort();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#stopTimeoutMs);
    });
    await Promise.race([pipe.running, late]);
    clearTimeout(timer);
  }

  async #close(target: string): Promise<boolean> {
    if (target === EMPTY_GUID) {
      await Promise.all([...this.#pipes.keys()].map((pipeline) => this.#stop(pipeline)));
      await this.#write({ kind: 'CloseAck', target });
      return true;
    }
    void this.#stop(target).then(() => {
      this.#pipes.delete(target);
      this.#pool.forget(target);
      return this.#write({ kind: 'CloseAck', target });
    });
    return false;
  }

  async #say(pipeline: string, content: Content): Promise<void> {
    await this.#send(pipeline, this.#pool.message(content, pipeline));
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

/** Resolves when more may be written, or nothing can be any more. */
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

function rejection(reason: string): Content {
  const error = { fullyQualifiedErrorId: `NotSupported,${reason}`, message: `${reason} is not supported` };
  return contentOf({ kind: 'failed', error });
}

/** The client went away without a word. */
function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE';
}
