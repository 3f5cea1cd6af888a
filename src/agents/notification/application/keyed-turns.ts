/** Runs work on the same key one after the other, and work on different keys side by side. */
export class KeyedTurns {
  readonly #tails = new Map<string, Promise<unknown>>();

  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#tails.get(key);
    const turn = before === undefined ? work() : before.then(work, work);
    this.#tails.set(key, turn);
    try {
      return await turn;
    } finally {
      // The last one out leaves nothing behind.
      if (this.#tails.get(key) === turn) this.#tails.delete(key);
    }
  }
}
