/** Those who wait for something about the run to become true. */
export class Listeners {
  readonly #checks = new Set<() => void>();

  /** Something changed. */
  tell(): void {
    for (const check of this.#checks) check();
  }

  /** Resolves as soon as `done` is true after a change, or the signal aborts. */
  until(done: () => boolean, signal?: AbortSignal): Promise<void> {
    if (done() || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const check = (): void => {
        if (!done() && signal?.aborted !== true) return;
        this.#checks.delete(check);
        signal?.removeEventListener("abort", check);
        resolve();
      };
      this.#checks.add(check);
      signal?.addEventListener("abort", check);
    });
  }
}
