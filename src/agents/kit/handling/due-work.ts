import type { Logger } from "../log/logger.ts";

/** Another replica may have left something behind. */
const LONGEST_SLEEP_MS = 60_000;
const AFTER_FAILURE_MS = 5000;

/** What {@link DueWork} needs. */
export interface DueWorkOptions {
  /** For the log, where taking it up fails: `deliveries`. */
  readonly what: string;
  readonly clock: () => Date;
  readonly log: Logger;
  /**
   * Does what is due, as stored, until nothing is or `signal` is aborted; answers when the next is due (milliseconds since
   * 1970), null when nothing waits. Never runs twice at a time in one process; of several replicas only one may do a thing, so
   * claim it first.
   */
  takeUp(signal: AbortSignal): Promise<number | null>;
}

/**
 * Wakes up for what is stored with a time at which it is due. Call `start` in `started` of the agent's parts, `stop` in
 * `close`, and `expect` whenever something was stored: after a start, and after a crash, all that is due is taken up again.
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

  /** Takes up what came due while nobody was here. */
  start(): void {
    this.#arm(this.#now());
  }

  /** Says that something is due at that time, in milliseconds since 1970. */
  expect(at: number): void {
    this.#arm(at);
  }

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
      if (!this.#stop.signal.aborted) log.warn(`${what} that are due wait`, { reason });
      next = this.#now() + AFTER_FAILURE_MS;
    }
    this.#running = false;
    this.#arm(next);
  }

  #now(): number {
    return this.#options.clock().getTime();
  }
}
