/** Limits how many run at once. The others wait in the order in which they came. */
export class Slots {
  #free: number;
  #abandoned = false;
  readonly #waiting: ((given: boolean) => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** How many could run right now. */
  get free(): number {
    return Math.max(0, this.#free);
  }

  /** Adds slots, or removes some (`by` is negative). Slots in use are not taken away. */
  resize(by: number): void {
    this.#free += by;
    while (this.#free > 0 && this.#waiting.length > 0) {
      this.#free -= 1;
      this.#waiting.shift()?.(true);
    }
  }

  /**
   * Waits for a slot. Gives a function that gives it back; `undefined` where `signal` was aborted, or the slots were
   * abandoned.
   */
  async take(signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted || this.#abandoned) return undefined;
    if (this.#free > 0) this.#free -= 1;
    else if (!(await this.#wait(signal))) return undefined;
    let given = false;
    return () => {
      if (!given) this.resize(1);
      given = true;
    };
  }

  /** Ends every wait, now and from now on. */
  abandon(): void {
    this.#abandoned = true;
    for (const wake of this.#waiting.splice(0)) wake(false);
  }

  #wait(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const wake = (given: boolean): void => {
        signal.removeEventListener('abort', leave);
        resolve(given);
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        resolve(false);
      };
      this.#waiting.push(wake);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
