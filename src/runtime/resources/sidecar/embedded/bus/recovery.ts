const AGAIN_MS = 1000;

/** What the store throws concerns no event: it is said, and the lane looks again in a moment. */
export class Recovery {
  readonly #again: () => void;
  readonly #log: (text: string) => void;
  #said: string | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(again: () => void, log: (text: string) => void) {
    this.#again = again;
    this.#log = log;
  }

  /** Does something; where that fails, `again` is called later. */
  try(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.after(error);
    }
  }

  after(error: unknown): void {
    const text = `deliveries wait: ${error instanceof Error ? error.message : String(error)}`;
    // One that lasts is not said every second.
    if (text !== this.#said) this.#log(text);
    this.#said = text;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#again();
    }, AGAIN_MS).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
