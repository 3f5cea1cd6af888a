import type { Logger } from "../log/logger.ts";
import type { Signal } from "./settings.ts";

/** Says once that telemetry does not arrive, and once that it does again: a dead collector is no reason to fill a log. */
export class Sending {
  readonly #log: Logger;
  readonly #failing = new Set<Signal>();
  #told = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** True while the last attempt of some signal has failed. */
  get failing(): boolean {
    return this.#failing.size > 0;
  }

  sent(signal: Signal): void {
    this.#failing.delete(signal);
    if (!this.#told || this.failing) return;
    this.#told = false;
    this.#log.info("telemetry is sent again");
  }

  failed(signal: Signal, reason: string): void {
    this.#failing.add(signal);
    if (this.#told) return;
    this.#told = true;
    this.#log.warn("telemetry cannot be sent; what is not sent in time is dropped", { signal, reason });
  }
}
