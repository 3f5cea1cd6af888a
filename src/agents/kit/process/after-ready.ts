import { flushCompileCache } from "node:module";

const QUIET_MS = 400;
const UNPROBED_MS = 2000;

/**
 * Runs the work that must not delay the start: once, a moment after the first probe was told that the agent is ready,
 * when the others of its system have had the processor too.
 */
export class AfterReady {
  readonly #work: () => Promise<void>;
  #timer: NodeJS.Timeout | null = null;
  #begun = false;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** For an agent that nobody probes. */
  beginUnprobed(): void {
    this.#timer = setTimeout(() => this.begin(), UNPROBED_MS);
    this.#timer.unref();
  }

  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#work()
        .catch(() => undefined) // it only prepares: the first real use reports what is wrong
        .finally(() => {
          // Now, so that the next start has it also when this process is killed.
          flushCompileCache();
        });
    }, QUIET_MS);
    this.#timer.unref();
  }

  cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#begun = true;
  }
}
