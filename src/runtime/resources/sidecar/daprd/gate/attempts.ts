/** So many events are remembered; the longest untouched are forgotten first. */
const REMEMBERED = 10_000;

interface Count {
  total: number;
  /** Of the sidecar that runs now: one that was restarted begins its retries anew. */
  round: number;
}

/** How often each event was tried. */
export class Attempts {
  readonly #counts = new Map<string, Count>();

  /** An attempt has ended; gives the numbers of it. */
  ended(key: string): Readonly<Count> {
    const count = this.#counts.get(key) ?? { total: 0, round: 0 };
    this.#counts.delete(key);
    const next = { total: count.total + 1, round: count.round + 1 };
    this.#counts.set(key, next);
    if (this.#counts.size > REMEMBERED) {
      const [oldest] = this.#counts.keys();
      if (oldest !== undefined) this.#counts.delete(oldest);
    }
    return { ...next };
  }

  /** Attempts that have ended. */
  total(key: string): number {
    return this.#counts.get(key)?.total ?? 0;
  }

  /** Nothing more follows by itself. */
  over(key: string): void {
    const count = this.#counts.get(key);
    if (count !== undefined) count.round = 0;
  }

  newRound(): void {
    for (const count of this.#counts.values()) count.round = 0;
  }
}
