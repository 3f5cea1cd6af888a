/** Changes in the journal are told at most so often. */
const EVERY_MS = 50;

/** Tells that the journal changed: once for many changes. */
export class JournalBell {
  readonly #tell: () => void;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(tell: () => void) {
    this.#tell = tell;
  }

  changed(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#tell();
    }, EVERY_MS);
  }

  /** Tells once more, and never again. */
  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#tell();
  }
}
