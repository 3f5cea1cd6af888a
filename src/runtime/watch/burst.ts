/** How long after the last save of a burst it is told, and how long after the first at the latest. */
export interface BurstLimits {
  readonly quietMs: number;
  readonly atMostMs: number;
}

/** Makes one call of many: told once it is quiet, or when it goes on for too long; what comes later starts the next. */
export class Burst {
  readonly #limits: BurstLimits;
  readonly #tell: () => void;
  #quiet: NodeJS.Timeout | null = null;
  #startedAt = 0;

  constructor(limits: BurstLimits, tell: () => void) {
    this.#limits = limits;
    this.#tell = tell;
  }

  add(): void {
    const now = performance.now();
    if (this.#quiet === null) this.#startedAt = now;
    else clearTimeout(this.#quiet);
    const left = this.#startedAt + this.#limits.atMostMs - now;
    this.#quiet = setTimeout(
      () => {
        this.#quiet = null;
        this.#tell();
      },
      Math.max(0, Math.min(this.#limits.quietMs, left)),
    );
  }

  cancel(): void {
    if (this.#quiet !== null) clearTimeout(this.#quiet);
    this.#quiet = null;
  }
}
