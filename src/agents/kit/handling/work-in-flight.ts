/** New work came while the agent stops; answered as 503. Whoever asked may ask its next process. */
export class Stopping extends Error {
  override readonly name = "Stopping";
  constructor() {
    super("The agent is stopping and takes no new work.");
  }
}

/** Counts the requests and deliveries in hand, so that a stop can wait for them and, in the end, abort them. */
export class WorkInFlight {
  readonly #open = new Set<AbortController>();
  #idle: (() => void) | null = null;
  #stopping = false;

  get stopping(): boolean {
    return this.#stopping;
  }

  /**
   * Runs one piece of work with a signal that is aborted when the caller goes or the agent must stop at once.
   *
   * @throws Stopping when the stop was asked for before.
   */
  async run<Result>(caller: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    if (this.#stopping) throw new Stopping();
    const controller = new AbortController();
    const abort = (): void => controller.abort(caller.reason);
    // A signal that is aborted already sends no event any more.
    if (caller.aborted) abort();
    else caller.addEventListener("abort", abort, { once: true });
    this.#open.add(controller);
    try {
      return await work(controller.signal);
    } finally {
      caller.removeEventListener("abort", abort);
      this.#open.delete(controller);
      if (this.#open.size === 0) this.#idle?.();
    }
  }

  /** Takes no new work and waits for the rest; what is not done after `grace` milliseconds is aborted. */
  async finish(grace: number): Promise<void> {
    this.#stopping = true;
    if (this.#open.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle = resolve;
    const timers = [
      setTimeout(() => {
        for (const controller of this.#open) controller.abort(new Error("The agent stops."));
      }, grace),
      // What does not heed its signal either is left to the end of the process.
      setTimeout(resolve, grace + 1000),
    ];
    await promise;
    for (const timer of timers) clearTimeout(timer);
  }
}
