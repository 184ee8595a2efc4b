import { EMPTY_GUID } from '../../remoting/guid';
import type { CommandHost } from '../../remoting/server/command-host';
import { ServedPool } from '../../remoting/server/served-pool';
import { refusals } from './refusal';

/** A command pauses when this many bytes of its output wait for the client. */
const MOST_WAITING_BYTES = 1 << 20;

/** The output of a command or of the runspace pool. */
class Output {
  readonly #fragments: Buffer[] = [];
  #bytes = 0;
  #ended = false;
  #wake: (() => void) | undefined;
  #room: (() => void)[] = [];

  async put(fragments: readonly Buffer[]): Promise<void> {
    while (this.#bytes > MOST_WAITING_BYTES && !this.#ended) {
      await new Promise<void>((resolve) => this.#room.push(resolve));
    }
    this.#fragments.push(...fragments);
    this.#bytes += fragments.reduce((sum, { length }) => sum + length, 0);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
    this.#makeRoom();
  }

  /** Waits until there is output, or the end. @throws Refusal where nothing comes in time */
  async wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (this.#fragments.length > 0 || this.#ended) return;
    // A client has one request for output at a time; an earlier one gets no answer.
    this.#wake?.();
    const came = await new Promise<boolean>((resolve) => {
      const done = (came: boolean): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.#wake = undefined;
        resolve(came);
      };
      const timer = setTimeout(() => done(false), timeoutMs);
      const onAbort = (): void => done(false);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#wake = () => done(true);
    });
    if (!came) throw refusals.timedOut();
  }

  /** Takes fragments that together fit in so many characters of base64, and at least one. */
  take(characters: number): { readonly fragments: readonly Buffer[]; readonly done: boolean } {
    const fragments: Buffer[] = [];
    let room = characters;
    for (;;) {
      const [next] = this.#fragments;
      if (next === undefined) break;
      room -= STREAM_CHARACTERS + Math.ceil(next.length / 3) * 4;
      if (room < 0 && fragments.length > 0) break;
      this.#fragments.shift();
      this.#bytes -= next.length;
      fragments.push(next);
    }
    this.#makeRoom();
    return { fragments, done: this.#ended && this.#fragments.length === 0 };
  }

  #makeRoom(): void {
    for (const go of this.#room.splice(0)) go();
  }
}

/** The characters of the element around a fragment. */
const STREAM_CHARACTERS = 120;

/** A runspace pool that a client has open. */
export class Shell {
  readonly pool: ServedPool;
  lastUsed = Date.now();
  readonly #outputs = new Map<string, Output>([[EMPTY_GUID, new Output()]]);

  constructor(
    readonly id: string,
    readonly owner: string,
    host: CommandHost,
    maxFragmentBytes: number,
    /** The most commands that it keeps at the same time, including ended ones. */
    readonly maxCommands: number,
  ) {
    this.pool = new ServedPool(
      host,
      {
        send: async (target, fragments) => this.#outputs.get(target)?.put(fragments),
        ended: (pipeline) => this.#outputs.get(pipeline)?.end(),
      },
      { maxFragmentBytes, bounds: { maxPipelines: maxCommands } },
    );
  }

  /** @throws Refusal where the command does not exist, or no longer exists */
  output(target: string): Output {
    const output = this.#outputs.get(target);
    if (output === undefined) throw refusals.noSuchCommand();
    return output;
  }

  /** The number of commands that the client has not deleted. */
  get commands(): number {
    return this.#outputs.size - 1;
  }

  /** @throws Refusal where it keeps too many already */
  start(command: string): void {
    if (this.commands >= this.maxCommands) throw refusals.tooManyCommands();
    this.pool.command(command);
    this.#outputs.set(command, new Output());
  }

  /** Deletes a command at the client's request. Until then it is kept, even if it has ended (MS-WSMV 3.1.4.12). */
  forget(command: string): void {
    this.#outputs.get(command)?.end();
    this.#outputs.delete(command);
    void this.pool.release(command);
  }

  async close(): Promise<void> {
    for (const output of this.#outputs.values()) output.end();
    await this.pool.end();
  }
}
