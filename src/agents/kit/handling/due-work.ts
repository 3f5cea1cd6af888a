import type { Logger } from "../log/logger.ts";

/** Another replica may have left something behind. */
const LONGEST_SLEEP_MS = 60_000;
const AFTER_FAILURE_MS = 5000;

/** What {@link DueWork} needs. */
export interface DueWorkOptions {
  /** What it is called in the log, in the plural: `deliveries`. */
  readonly what: string;
  readonly clock: () => Date;
  readonly log: Logger;
  /**
   * Does what is due according to the store, until nothing is left or `signal` is aborted. Resolves to the time at which the
   * next piece is due (milliseconds since 1970), or null when nothing waits. Never runs twice at once in a process; other
   * replicas run it too, so claim a piece before you do it.
   */
  takeUp(signal: AbortSignal): Promise<number | null>;
}

/**
 * Wakes up for work that is stored with the time at which it is due. Call `start` in `started` of the agent's parts, `stop` in
 * `close`, and `expect` whenever something was stored. After a start, also after a crash, everything that is due is done.
 */
export class DueWork {
  readonly #options: DueWorkOptions;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #armedFor = Infinity;
  #running = false;
  /** Something came due during a pass, which may have looked for it before it was stored. */
  #missed = false;

  constructor(options: DueWorkOptions) {
    this.#options = options;
  }

  /** Does what came due while the agent was not running. */
  start(): void {
    this.#arm(this.#now());
  }

  /** Says that something is due at that time, in milliseconds since 1970. */
  expect(at: number): void {
    this.#arm(at);
  }

  /** Aborts the signal of `takeUp`, and wakes up for nothing more. */
  stop(): void {
    this.#stop.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #arm(at: number): void {
    if (this.#stop.signal.aborted || at >= this.#armedFor) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#armedFor = at;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#armedFor = Infinity;
        if (this.#running) this.#missed = true;
        else void this.#pass();
      },
      Math.min(Math.max(0, at - this.#now()), LONGEST_SLEEP_MS),
    );
    this.#timer.unref();
  }

  async #pass(): Promise<void> {
    this.#running = true;
    this.#missed = false;
    let next: number;
    try {
      const due = await this.#options.takeUp(this.#stop.signal);
      next = this.#missed ? this.#now() : Math.min(due ?? Infinity, this.#now() + LONGEST_SLEEP_MS);
    } catch (error) {
      const { log, what } = this.#options;
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.#stop.signal.aborted) log.warn(`${what} that are due have to wait`, { reason });
      next = this.#now() + AFTER_FAILURE_MS;
    }
    this.#running = false;
    this.#arm(next);
  }

  #now(): number {
    return this.#options.clock().getTime();
  }
}
