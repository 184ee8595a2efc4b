/**
 * Runs work about the same thing one after another: each begins when the one before it has ended, also where that
 * failed.
 */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** @param of names what the work is about, without regard to letter case */
  async take<Result>(of: string, work: () => Promise<Result>): Promise<Result> {
    const key = of.toLowerCase();
    const before = this.#last.get(key) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#last.set(key, turn);
    return turn;
  }
}
