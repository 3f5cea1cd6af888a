import type { RunEvent, RunView } from "../model/snapshot.ts";

/** Hands the run's events to whoever listens, in order. */
export class Feed {
  readonly #listeners = new Set<(event: RunEvent) => void>();

  tell(event: RunEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Snapshot now, then every change, with no gap: both happen in the same turn. */
  watch(listener: (event: RunEvent) => void, now: () => RunView): { readonly now: RunView } & Disposable {
    this.#listeners.add(listener);
    return { now: now(), [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }
}
