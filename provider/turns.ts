/** Lets work of one kind wait for each other: what takes a turn begins when those before it have ended. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** @param of what the work concerns; letter case does not count */
  async take<Result>(of: string, work: () => Promise<Result>): Promise<Result> {
    const key = of.toLowerCase();
    const before = this.#last.get(key) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#last.set(key, turn);
    return turn;
  }
}
