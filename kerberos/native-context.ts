import type { KerberosFacts } from './kerberos-error';
import { inTurn } from './native-calls';
import { problem } from './problem';
import {
  MAX_MESSAGE_BYTES,
  MAX_TOKEN_BYTES,
  type Sealed,
  type SecurityContext,
  TOKEN_TIMEOUT_MS,
  type Waiting,
} from './security-context';

/** What a system offers beside its Kerberos library. */
export interface Surroundings {
  /** Adds what the configuration says to the facts of an error. */
  complete(facts: KerberosFacts): KerberosFacts;
  /** Ends the process at once, without waiting for its threads. */
  leave(code: number): void;
}

/** The result of making or taking a token. */
export interface Advance {
  readonly token: Buffer;
  /** The peer's principal. Left out before the peer has answered. */
  readonly peer?: string;
}

/** The most bytes by which a token is longer than its message. */
export const OVERHEAD_BYTES = 1024;

/**
 * - `new`: no token was made or taken yet.
 * - `begun`: the peer has not answered yet.
 * - `busy`: the library works on a token, on another thread.
 * - `complete`: messages may be sent.
 * - `broken`: something failed, and nothing is accepted any more.
 * - `closed`: freed, or to be freed when the library is done.
 */
type State = 'new' | 'begun' | 'busy' | 'complete' | 'broken' | 'closed';

/** A context in a system's library: its state, its bounds, and its release. */
export abstract class NativeContext implements SecurityContext {
  readonly #surroundings: Surroundings;
  #state: State = 'new';
  #freed = false;
  #peer = '';

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  get complete(): boolean {
    return this.#state === 'complete';
  }

  get peer(): string {
    return this.#peer;
  }

  abstract get bound(): boolean;
  protected abstract readonly facts: KerberosFacts;

  /**
   * Makes or takes a token; on another thread where it may wait for the network. Runs to its end even where nobody
   * waits for it any more.
   *
   * @param signal checked before each call that may wait
   */
  protected abstract advance(
    received: Uint8Array | undefined,
    first: boolean,
    signal: AbortSignal,
  ): Promise<Advance>;
  protected abstract sealMessage(message: Uint8Array): Sealed;
  protected abstract unsealMessage(header: Uint8Array, data: Uint8Array): Buffer;
  protected abstract signMessage(message: Uint8Array): Buffer;
  protected abstract verifyMessage(message: Uint8Array, signature: Uint8Array): void;
  /** Frees everything. Called once. */
  protected abstract release(): void;

  /** The facts, completed with what the configuration says. */
  protected withConfiguration(facts: KerberosFacts): KerberosFacts {
    return this.#surroundings.complete({ ...this.facts, ...facts });
  }

  async token(received?: Uint8Array, waiting: Waiting = {}): Promise<Buffer | undefined> {
    if (this.#state !== 'new' && this.#state !== 'begun') {
      throw problem('usage', this.facts, `the context is ${this.#state}`);
    }
    if (received !== undefined && received.length > MAX_TOKEN_BYTES) {
      this.#break();
      throw problem('too-large', { ...this.facts, bound: 'the bound of a token', limit: MAX_TOKEN_BYTES });
    }
    const first = this.#state === 'new';
    this.#state = 'busy';
    const timeoutMs = waiting.timeoutMs ?? TOKEN_TIMEOUT_MS;
    const giveUp = new AbortController();
    const timer = setTimeout(() => {
      giveUp.abort(problem('timeout', this.withConfiguration({ bound: 'timeoutMs', limit: timeoutMs })));
    }, timeoutMs);
    const signals = waiting.signal === undefined ? [] : [waiting.signal];
    const signal = AbortSignal.any([giveUp.signal, ...signals]);
    try {
      const work = (given: AbortSignal) => this.#step(received, first, given);
      return await inTurn(work, signal, (code) => this.#surroundings.leave(code));
    } finally {
      clearTimeout(timer);
    }
  }

  async #step(
    received: Uint8Array | undefined,
    first: boolean,
    signal: AbortSignal,
  ): Promise<Buffer | undefined> {
    try {
      signal.throwIfAborted();
      const { token, peer } = await this.advance(received, first, signal);
      signal.throwIfAborted();
      if (peer === undefined) {
        this.#set('begun');
      } else {
        this.#peer = peer;
        this.#set('complete');
      }
      return token.length === 0 ? undefined : token;
    } catch (error) {
      this.#break();
      throw error;
    } finally {
      if (this.#state === 'closed') this.#free();
    }
  }

  seal(message: Uint8Array): Sealed {
    this.#check(message);
    return this.#guarded(() => this.sealMessage(message));
  }

  unseal({ header, data }: { readonly header: Uint8Array; readonly data: Uint8Array }): Buffer {
    this.#check(data);
    return this.#guarded(() => {
      if (header.length > OVERHEAD_BYTES)
        throw problem('message-invalid', this.facts, 'its header is too long');
      return this.unsealMessage(header, data);
    });
  }

  sign(message: Uint8Array): Buffer {
    this.#check(message);
    return this.#guarded(() => this.signMessage(message));
  }

  verify(message: Uint8Array, signature: Uint8Array): void {
    this.#check(message);
    this.#guarded(() => {
      if (signature.length > OVERHEAD_BYTES) {
        throw problem('message-invalid', this.facts, 'its signature is too long');
      }
      this.verifyMessage(message, signature);
    });
  }

  close(): void {
    const before = this.#state;
    this.#state = 'closed';
    // A library that is still working on another thread frees the context when it is done.
    if (before !== 'busy') this.#free();
  }

  #check(message: Uint8Array): void {
    if (this.#state !== 'complete') throw problem('usage', this.facts, `the context is ${this.#state}`);
    if (message.length > MAX_MESSAGE_BYTES) {
      throw problem('too-large', {
        ...this.facts,
        bound: 'the bound of a message',
        limit: MAX_MESSAGE_BYTES,
      });
    }
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.#break();
      throw error;
    }
  }

  /** A context that the caller has closed meanwhile stays closed. */
  #set(state: State): void {
    if (this.#state !== 'closed') this.#state = state;
  }

  #break(): void {
    this.#set('broken');
    this.#free();
  }

  #free(): void {
    if (this.#freed) return;
    this.#freed = true;
    this.release();
  }
}
