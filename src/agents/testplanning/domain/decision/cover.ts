/** Two rows that together show that one condition counts. */
export interface Pair {
  readonly rows: readonly [number, number];
}

/** A set of rows, and whether it is known that none smaller would do. */
export interface Cover {
  readonly rows: ReadonlySet<number>;
  readonly smallest: boolean;
}

/** How many steps are taken before the best set so far has to do. */
const MAX_STEPS = 100_000;

/**
 * A smallest set of rows that holds a pair for each condition. Pairs that reuse rows come first, and what cannot win any
 * more is not followed.
 *
 * @param choices for each condition its pairs, at least one
 * @param least a size that no set can be below
 */
export function smallestCover(choices: readonly (readonly Pair[])[], least: number): Cover {
  // The condition with the fewest pairs first: it leaves the least to try.
  const ordered = choices.toSorted((a, b) => a.length - b.length);
  let best: ReadonlySet<number> | null = null;
  let steps = 0;
  const visit = (at: number, taken: ReadonlySet<number>): void => {
    steps += 1;
    if (best !== null && (taken.size >= best.size || best.size <= least || steps > MAX_STEPS)) return;
    const pairs = ordered[at];
    if (pairs === undefined) {
      best = taken;
      return;
    }
    const fresh = ({ rows }: Pair) => rows.filter((row) => !taken.has(row)).length;
    const sorted = pairs.toSorted((a, b) => fresh(a) - fresh(b));
    const [first] = sorted;
    // A pair that is there already costs nothing, and no other one can cost less.
    const tried = first !== undefined && fresh(first) === 0 ? [first] : sorted;
    for (const { rows } of tried) visit(at + 1, new Set([...taken, ...rows]));
  };
  visit(0, new Set());
  const rows: ReadonlySet<number> = best ?? new Set();
  return { rows, smallest: rows.size <= least || steps <= MAX_STEPS };
}
