import type { DecisionRow } from "./constraint.ts";

/** Every combination of the conditions with its outcome, all true first. */
export function decisionTable(
  names: readonly string[],
  outcome: (row: Readonly<Record<string, boolean>>) => boolean,
): DecisionRow[] {
  const rows: DecisionRow[] = [];
  for (let bits = 2 ** names.length - 1; bits >= 0; bits -= 1) {
    const when = Object.fromEntries(
      names.map((name, index) => [name, ((bits >> (names.length - 1 - index)) & 1) === 1]),
    );
    // oxlint-disable-next-line unicorn/no-thenable -- a boolean column of the table
    rows.push({ when, then: outcome(when) });
  }
  return rows;
}

/** Two rows that differ in one condition alone and in the outcome: they show that it counts. */
interface Pair {
  readonly name: string;
  readonly rows: readonly [number, number];
}

/**
 * A smallest set of rows for modified condition/decision coverage (unique-cause MC/DC, as in DO-178C): every
 * condition is shown, by a pair of rows, to change the outcome on its own. For n conditions of which each
 * counts, n + 1 rows suffice. Conditions that never change the outcome are named in `redundant`.
 */
export function mcdc(
  names: readonly string[],
  table: readonly DecisionRow[],
): { rows: DecisionRow[]; redundant: string[] } {
  const choices = names.map((name) => pairsFor(name, names, table));
  const redundant = names.filter((_, index) => (choices[index] ?? []).length === 0);
  const best = smallest(
    choices.filter((pairs) => pairs.length > 0),
    new Set(),
    Number.POSITIVE_INFINITY,
  );
  const chosen = best ?? new Set<number>();
  return { rows: table.filter((_, index) => chosen.has(index)), redundant };
}

function pairsFor(name: string, names: readonly string[], table: readonly DecisionRow[]): Pair[] {
  const pairs: Pair[] = [];
  for (const [first, row] of table.entries()) {
    if (row.when[name] !== true) continue;
    const second = table.findIndex((other) =>
      names.every((each) => (other.when[each] === row.when[each]) === (each !== name)),
    );
    if (second >= 0 && table[second]?.then !== row.then) pairs.push({ name, rows: [first, second] });
  }
  return pairs;
}

/** Tries the pairs condition by condition, those that reuse rows first, and stops what cannot win any more. */
function smallest(
  choices: readonly (readonly Pair[])[],
  taken: ReadonlySet<number>,
  limit: number,
): Set<number> | null {
  const [pairs, ...rest] = choices;
  if (taken.size >= limit) return null;
  if (pairs === undefined) return new Set(taken);
  let best: Set<number> | null = null;
  const fresh = (pair: Pair) => pair.rows.filter((row) => !taken.has(row)).length;
  for (const pair of pairs.toSorted((a, b) => fresh(a) - fresh(b))) {
    const found = smallest(rest, new Set([...taken, ...pair.rows]), best?.size ?? limit);
    if (found !== null && found.size < (best?.size ?? limit)) best = found;
    if (best !== null && best.size <= Math.max(taken.size, choices.length + 1)) break;
  }
  return best;
}
