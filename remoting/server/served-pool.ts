import { DEFAULT_BOUNDS, type Bounds } from '../bounds';
import { EMPTY_GUID } from '../guid';
import { protocolError, RemotingError, tooLarge } from '../remoting-error';
import { Slots } from '../slots';
import type { StreamName } from '../streams';
import type { ClientHost, CommandHost, Pipeline } from './command-host';
import { completed, contentOf, stopped, type Content } from './emissions';
import { NO_HOST, Prompts } from './prompts';
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

/** Takes the fragments for the client. `target` is a pipeline, or the empty GUID for the pool. */
export interface Outlet {
  send(target: string, fragments: readonly Buffer[]): Promise<void>;
  /** Called after the last message of a pipeline. */
  ended?(pipeline: string): void;
}

interface Pipe {
  readonly stop: AbortController;
  /** Set when the pipeline runs. */
  running?: Promise<void>;
  /** True where the client sent the pipeline more than a bound allows. */
  overflowed?: boolean;
  /** Set where the pipeline may ask questions. */
  prompts?: Prompts;
}

/** A runspace pool of our server with its pipelines. Independent of the transport. */
export class ServedPool {
  readonly bounds: Bounds;
  readonly #host: CommandHost;
  readonly #outlet: Outlet;
  readonly #stopTimeoutMs: number;
  readonly #pool: ServerRunspacePool;
  readonly #slots = new Slots(0);
  readonly #pipes = new Map<string, Pipe>();

  constructor(host: CommandHost, outlet: Outlet, options: ServeOptions = {}) {
    this.#host = host;
    this.#outlet = outlet;
    this.bounds = { ...DEFAULT_BOUNDS, ...options.bounds };
    this.#stopTimeoutMs = options.stopTimeoutMs ?? 5_000;
    this.#pool = new ServerRunspacePool({
      powerShellVersion: host.powerShellVersion,
      maxFragmentBytes: options.maxFragmentBytes ?? 32_768,
      bounds: this.bounds,
    });
  }

  /** Announces a pipeline that is to come. */
  command(pipeline: string): void {
    if (pipeline === EMPTY_GUID || this.#pipes.has(pipeline))
      throw protocolError('a pipeline was started twice');
    if (this.#pipes.size >= this.bounds.maxPipelines) {
      throw tooLarge('the number of pipelines', 'maxPipelines', this.bounds.maxPipelines);
    }
    this.#pipes.set(pipeline, { stop: new AbortController() });
  }

  /** Takes bytes. Gives a function that carries out what they ask for. */
  receive(target: string, bytes: Uint8Array, stream: StreamName): () => Promise<void> {
    const pipe = this.#pipes.get(target);
    // Input for a pipeline that has ended is dropped, as in PowerShell.
    if (target !== EMPTY_GUID && (pipe === undefined || pipe.overflowed)) return async () => undefined;
    try {
      const events = this.#pool.receive(target, bytes, stream);
      return async () => {
        for (const event of events) await this.#follow(event);
      };
    } catch (error) {
      if (pipe === undefined || !(error instanceof RemotingError) || error.kind !== 'too-large') throw error;
      return () => this.#overflow(target, pipe, error);
    }
  }

  /** Ends only the pipeline that exceeded a bound. Drops what was kept of it and what still comes. */
  async #overflow(pipeline: string, pipe: Pipe, { message, facts }: RemotingError): Promise<void> {
    pipe.overflowed = true;
    this.#pool.forget(pipeline);
    if (pipe.running !== undefined) {
      pipe.stop.abort();
      return;
    }
    const error = { fullyQualifiedErrorId: `TooLarge,${facts.bound ?? ''}`, message };
    await this.#say(pipeline, contentOf({ kind: 'failed', error }));
    this.#outlet.ended?.(pipeline);
  }

  /** Resolves when the pipeline has ended, or its time to end is over. */
  async stop(pipeline: string): Promise<void> {
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

  /** Stops a pipeline and forgets it. */
  async release(pipeline: string): Promise<void> {
    await this.stop(pipeline);
    this.#pipes.delete(pipeline);
    this.#pool.forget(pipeline);
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#pipes.keys()].map((pipeline) => this.stop(pipeline)));
  }

  /** Stops all pipelines, those that wait for their turn included. */
  async end(): Promise<void> {
    await this.stopAll();
    this.#slots.abandon();
  }

  async #follow(event: ServerEvent): Promise<void> {
    switch (event.kind) {
      case 'reply':
        await this.#outlet.send(EMPTY_GUID, event.fragments);
        return;
      case 'resize':
        this.#slots.resize(event.by);
        return;
      case 'count-free':
        await this.#outlet.send(EMPTY_GUID, this.#pool.freeRunspaces(event.request, this.#slots.free));
        return;
      case 'run': {
        const pipe = this.#pipes.get(event.pipeline);
        if (pipe === undefined || pipe.running !== undefined)
          throw protocolError('a pipeline was created twice');
        const { pipeline, work, mayAsk } = event;
        const { signal } = pipe.stop;
        if (mayAsk) {
          pipe.prompts = new Prompts(signal, (call) => this.#say(pipeline, call));
        }
        pipe.running = this.#run(pipeline, work, signal, pipe.prompts ?? NO_HOST);
        return;
      }
      case 'answer':
        this.#pipes.get(event.pipeline)?.prompts?.take(event.response);
        return;
    }
  }

  async #run(pipeline: string, work: Pipeline, signal: AbortSignal, client: ClientHost): Promise<void> {
    const release = await this.#slots.take(signal);
    try {
      const last = release === undefined ? stopped : await this.#emit(pipeline, work, signal, client);
      await this.#say(pipeline, last);
      this.#outlet.ended?.(pipeline);
    } finally {
      release?.();
    }
  }

  /**
   * Sends what the host emits, and gives the last message. Where the host throws, the pipeline fails and the session
   * goes on.
   */
  async #emit(pipeline: string, work: Pipeline, signal: AbortSignal, client: ClientHost): Promise<Content> {
    try {
      for await (const emission of this.#host.run(work, signal, client)) {
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

  async #say(pipeline: string, content: Content): Promise<void> {
    await this.#outlet.send(pipeline, this.#pool.message(content, pipeline));
  }
}
