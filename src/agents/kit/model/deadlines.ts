import { ModelUnavailable } from "./chat-model.ts";

/** A cold model is loaded from disk first: minutes, on a laptop. */
const FIRST_TOKEN = 5 * 60_000;
const BETWEEN_TOKENS = 60_000;
const TOTAL = 15 * 60_000;

/** The time limits of one call, joined with the caller's own signal. */
export class Deadlines {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #total: NodeJS.Timeout;
  #step: NodeJS.Timeout;
  #passed: ModelUnavailable | null = null;

  constructor(caller: AbortSignal) {
    this.signal = AbortSignal.any([caller, this.#controller.signal]);
    this.#total = setTimeout(() => this.#pass(`no complete answer within ${TOTAL / 60_000} minutes`), TOTAL);
    this.#step = setTimeout(
      () => this.#pass(`no first word within ${FIRST_TOKEN / 60_000} minutes`),
      FIRST_TOKEN,
    );
  }

  /** The limit that has passed; null while none has. */
  get passed(): ModelUnavailable | null {
    return this.#passed;
  }

  /** A piece of the answer has come. */
  progress(): void {
    clearTimeout(this.#step);
    const pass = (): void => this.#pass(`the answer stood still for ${BETWEEN_TOKENS / 1000} s`);
    this.#step = setTimeout(pass, BETWEEN_TOKENS);
  }

  end(): void {
    clearTimeout(this.#step);
    clearTimeout(this.#total);
  }

  #pass(what: string): void {
    this.#passed = new ModelUnavailable("timeout", `The model is too slow: ${what}.`, "Use a smaller model.");
    this.#controller.abort(this.#passed);
  }
}
