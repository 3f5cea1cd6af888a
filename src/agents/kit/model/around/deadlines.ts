import { ModelUnavailable } from "../chat-model.ts";

/** How long each part of a call may take, in milliseconds. */
export interface Limits {
  /** Until the server has taken the connection. */
  readonly connect: number;
  /** Until the first word: a cold model is loaded from disk first, which takes minutes on a laptop. */
  readonly firstToken: number;
  /** Between two pieces of an answer. */
  readonly idle: number;
  readonly total: number;
}

export const LIMITS: Limits = {
  connect: 2000,
  firstToken: 5 * 60_000,
  idle: 60_000,
  total: 15 * 60_000,
};

/** The time limits of one call. Its signal is the caller's own, and is aborted too, with what to say, when a limit passes. */
export class Deadlines {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #limits: Limits;
  readonly #total: NodeJS.Timeout;
  #step: NodeJS.Timeout;

  /** @param unreachable what it means that nobody takes the connection; null where it cannot be told when somebody does. */
  constructor(caller: AbortSignal, limits: Limits, unreachable: ((why: string) => ModelUnavailable) | null) {
    this.#limits = limits;
    this.signal = AbortSignal.any([caller, this.#controller.signal]);
    const { connect, total } = limits;
    this.#total = setTimeout(
      () => this.#pass(tooSlow(`no complete answer within ${duration(total)}`)),
      total,
    );
    this.#step =
      unreachable === null
        ? setTimeout(() => this.#pass(tooSlow(noFirstWord(limits))), limits.firstToken)
        : setTimeout(() => this.#pass(unreachable(`no connection within ${duration(connect)}`)), connect);
    // A caller who has given up need not read on to the end, where `end` is called: no timer may outlive that.
    const stop = (): void => this.#stop();
    if (this.signal.aborted) stop();
    else this.signal.addEventListener("abort", stop, { once: true });
  }

  /** The server has taken the connection. */
  connected(): void {
    this.#next(this.#limits.firstToken, noFirstWord(this.#limits));
  }

  /** A piece of the answer has come. Whoever reads it may take their time: the model is not waited for meanwhile. */
  came(): void {
    clearTimeout(this.#step);
  }

  /** The next piece is waited for. */
  awaited(): void {
    this.#next(this.#limits.idle, `the answer stood still for ${duration(this.#limits.idle)}`);
  }

  /** The call is over. One whose answer nobody reads on is given up: the model has others to answer. */
  end(): void {
    this.#controller.abort();
  }

  #stop(): void {
    clearTimeout(this.#step);
    clearTimeout(this.#total);
  }

  #next(ms: number, what: string): void {
    clearTimeout(this.#step);
    if (this.signal.aborted) return;
    this.#step = setTimeout(() => this.#pass(tooSlow(what)), ms);
  }

  #pass(error: ModelUnavailable): void {
    this.#controller.abort(error);
  }
}

function noFirstWord({ firstToken }: Limits): string {
  return `no first word within ${duration(firstToken)}`;
}

function tooSlow(what: string): ModelUnavailable {
  return new ModelUnavailable("timeout", `The model is too slow: ${what}.`, "Use a smaller model.");
}

function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  return ms % 60_000 === 0 ? `${ms / 60_000} minutes` : `${ms / 1000} s`;
}
