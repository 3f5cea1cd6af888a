import type { Graph } from "../model/graph.ts";

/**
 * Does something to each of a set as soon as it is done with all of the set that depend on it: the reverse of the start
 * order, with everything in parallel that can be. Dependants outside of the set are passed through, not acted on.
 */
export async function dependantsFirst(
  graph: Graph,
  names: readonly string[],
  act: (name: string) => Promise<void>,
): Promise<void> {
  const set = new Set(names);
  const begun = new Map<string, Promise<void>>();
  const visit = (name: string): Promise<void> => {
    const known = begun.get(name);
    if (known !== undefined) return known;
    const before = Promise.all((graph.dependants.get(name) ?? []).map(visit));
    const acted = before.then(async () => (set.has(name) ? act(name) : undefined));
    begun.set(name, acted);
    return acted;
  };
  await Promise.all(names.map(visit));
}
