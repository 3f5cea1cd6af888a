import type { RunEvent, RunView } from "../model/snapshot.ts";

/** Hands the run's events to whoever listens, in order. */
export class Feed {
  readonly #listeners = new Set<(event: RunEvent) => void>();
  /** What was said when nobody could listen yet: no snapshot holds it. */
  #unheard: RunEvent[] | null = [];

  tell(event: RunEvent): void {
    if (event.type === "notice") this.#unheard?.push(event);
    for (const listener of this.#listeners) listener(event);
  }

  /**
   * Snapshot now, then every change, with no gap: both happen in the same turn. Who comes first is told what was said
   * until then.
   */
  watch(listener: (event: RunEvent) => void, now: () => RunView): { readonly now: RunView } & Disposable {
    this.#listeners.add(listener);
    const unheard = this.#unheard ?? [];
    this.#unheard = null;
    // Once the caller has the snapshot.
    queueMicrotask(() => unheard.forEach(listener));
    return { now: now(), [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }
}
