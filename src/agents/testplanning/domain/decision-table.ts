import type { DecisionRow } from "./constraint.ts";
import { type Pair, smallestCover } from "./decision/cover.ts";

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
  const usable = choices.filter((pairs) => pairs.length > 0);
  const { rows } = smallestCover(usable, usable.length + 1);
  return { rows: table.filter((_, index) => rows.has(index)), redundant };
}

function pairsFor(name: string, names: readonly string[], table: readonly DecisionRow[]): Pair[] {
  const pairs: Pair[] = [];
  for (const [first, row] of table.entries()) {
    if (row.when[name] !== true) continue;
    const second = table.findIndex((other) =>
      names.every((each) => (other.when[each] === row.when[each]) === (each !== name)),
    );
    if (second >= 0 && table[second]?.then !== row.then) pairs.push({ rows: [first, second] });
  }
  return pairs;
}
