import type { Graph } from "../model/graph.ts";

/**
 * Does something to each of a set as soon as it is done with all of the set that depend on it: the reverse of the start
 * order, with everything in parallel that can be. Dependants outside of the set are passed through, not acted on. What
 * waits for nobody is begun before this returns, so that of two commands the later one has the last word.
 */
export async function dependantsFirst(
  graph: Graph,
  names: readonly string[],
  act: (name: string) => Promise<void>,
): Promise<void> {
  const set = new Set(names);
  const begun = new Map<string, Promise<void> | null>();
  /** Null: there was nothing to do for it and all that depend on it. */
  const visit = (name: string): Promise<void> | null => {
    const known = begun.get(name);
    if (known !== undefined) return known;
    const before = (graph.dependants.get(name) ?? []).map(visit).filter((promise) => promise !== null);
    const acted = set.has(name) ? after(before, async () => act(name)) : after(before, null);
    begun.set(name, acted);
    return acted;
  };
  await Promise.all(names.map(visit).filter((promise) => promise !== null));
}

function after(before: readonly Promise<void>[], act: (() => Promise<void>) | null): Promise<void> | null {
  if (before.length === 0) return act === null ? null : act();
  return Promise.all(before).then(async () => act?.());
}
