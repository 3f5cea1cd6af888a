/** Something that is open or shut, and that can be waited for. */
export class Latch {
  #open = false;
  readonly #waiting = new Set<() => void>();

  get open(): boolean {
    return this.#open;
  }

  set(open: boolean): void {
    this.#open = open;
    if (open) for (const wake of this.#waiting) wake();
  }

  /** Wakes all who wait, with what it is now: nobody is to wait any longer. */
  release(): void {
    for (const wake of this.#waiting) wake();
  }

  /** True once it is open, false when it still is not after `ms`, or the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (this.#open || ms <= 0 || signal.aborted) return Promise.resolve(this.#open && !signal.aborted);
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve(this.#open && !signal.aborted);
      };
      const timer = setTimeout(wake, ms);
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake);
    });
  }
}
