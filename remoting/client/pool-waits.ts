import type { RemotingError } from '../remoting-error';
import type { Carrier } from '../transport';

/**
 * What a session waits for from its runspace pool: that it opens, that a session key is agreed on, and how many
 * runspaces are free. Tells the carrier while there is anything to wait for.
 */
export class PoolWaits {
  readonly #carrier: Carrier;
  /** The answers to `GET_AVAILABLE_RUNSPACES` that are waited for, by the number of the request. */
  readonly #availability = new Map<bigint, (count: number) => void>();
  #rejections: ((error: RemotingError) => void)[] = [];
  #failure: RemotingError | undefined;
  #onOpened: (() => void) | undefined;
  #onKeyAgreed: (() => void) | undefined;

  constructor(carrier: Carrier) {
    this.#carrier = carrier;
  }

  opened(): Promise<void> {
    return this.#wait((done) => {
      this.#onOpened = done;
    });
  }

  keyAgreed(): Promise<void> {
    return this.#wait((done) => {
      this.#onKeyAgreed = done;
    });
  }

  availability(request: bigint): Promise<number> {
    return this.#wait((done) => {
      this.#availability.set(request, done);
    });
  }

  onOpened(): void {
    this.#onOpened?.();
  }

  onKeyAgreed(): void {
    this.#onKeyAgreed?.();
  }

  /** @param answer a boolean answers another request, for which nobody waits here */
  onAvailability(request: bigint, answer: number | boolean): void {
    if (typeof answer === 'number') this.#availability.get(request)?.(answer);
    this.#availability.delete(request);
  }

  /** Rejects everything that is waited for, now and from now on. */
  fail(error: RemotingError): void {
    this.#failure = error;
    const rejections = this.#rejections;
    this.#rejections = [];
    for (const reject of rejections) reject(error);
  }

  /** Resolves when `done` is called, and rejects where the session breaks before that. */
  #wait<T>(start: (done: (value: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#rejections.push(reject);
      this.#carrier.awaitPool?.(true);
      start((value) => {
        this.#rejections = this.#rejections.filter((other) => other !== reject);
        if (this.#rejections.length === 0) this.#carrier.awaitPool?.(false);
        resolve(value);
      });
    });
  }
}
