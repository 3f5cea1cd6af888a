import { type Pair, smallestCover } from "./cover.ts";
import { evaluateFormula, type Formula, placesOf } from "./formula.ts";

export type Values = { readonly [condition: string]: boolean };

/** One row of a truth table. */
export interface TruthRow {
  readonly when: Values;
  readonly outcome: boolean;
}

/** How one place of the formula is shown to count. */
export interface Shown {
  readonly condition: string;
  /** Which of the places at which the condition stands, from 1. */
  readonly place: number;
  /**
   * unique-cause: two rows that differ in this condition alone. masking: two rows in which the others, although they may
   * differ, do not reach the outcome. none: no two possible rows show it.
   */
  readonly by: "unique-cause" | "masking" | "none";
  /** Numbers of two tests, from 1; null with none. */
  readonly tests: readonly [number, number] | null;
  readonly reason: string | null;
}

export interface Mcdc {
  readonly conditions: readonly string[];
  readonly tests: readonly TruthRow[];
  readonly shown: readonly Shown[];
  /** n + 1 for n conditions that each are shown by unique cause. */
  readonly expected: number;
  /** Whether it is known that no smaller set shows the same. */
  readonly smallest: boolean;
}

/** A truth table doubles with each condition. */
const MAX_CONDITIONS = 8;
const MAX_PLACES = 24;
/** Pairs of one place that are considered. */
const MAX_PAIRS = 600;

/** A formula that is too large to be worked through. */
export class FormulaTooLarge extends Error {
  override readonly name = "FormulaTooLarge";
}

/**
 * A set of tests for modified condition/decision coverage (DO-178C): each condition is shown to change the outcome.
 * Unique cause where two possible rows differ in the condition alone, else masking (CAST-6); a condition that stands at
 * several places is coupled with itself, so each of its places is shown by masking.
 *
 * @param impossible combinations that cannot occur; a condition that is left out of one may have any value
 * @throws FormulaTooLarge
 */
export function designMcdc(formula: Formula, impossible: readonly Values[]): Mcdc {
  const places = placesOf(formula);
  const conditions = [...new Set(places)];
  if (conditions.length > MAX_CONDITIONS)
    throw new FormulaTooLarge(`${conditions.length} conditions; ${MAX_CONDITIONS} are the most.`);
  if (places.length > MAX_PLACES)
    throw new FormulaTooLarge(`${places.length} places with a condition; ${MAX_PLACES} are the most.`);
  const rows = truthTable(formula, conditions).filter(
    ({ when }) =>
      !impossible.some((each) => Object.entries(each).every(([name, value]) => when[name] === value)),
  );
  const candidates = places.map((condition, index) =>
    candidatesOf({ formula, condition, index, places, rows }),
  );
  const usable = candidates.filter(({ pairs }) => pairs.length > 0);
  const unique = usable.every(({ by }) => by === "unique-cause");
  const least = unique ? usable.length + 1 : 2;
  const cover = smallestCover(
    usable.map(({ pairs }) => pairs),
    usable.length === 0 ? 0 : least,
  );
  const chosen = [...cover.rows].toSorted((a, b) => a - b);
  const shown = candidates.map(({ by, pairs, reason }, index): Shown => {
    const pair = pairs.find(({ rows: both }) => both.every((row) => cover.rows.has(row)));
    const condition = places[index] ?? "";
    return {
      condition,
      place: places.slice(0, index + 1).filter((each) => each === condition).length,
      by,
      tests: pair === undefined ? null : [chosen.indexOf(pair.rows[0]) + 1, chosen.indexOf(pair.rows[1]) + 1],
      reason,
    };
  });
  return {
    conditions,
    tests: chosen.flatMap((row) => rows[row] ?? []),
    shown,
    expected: conditions.length + 1,
    smallest: cover.smallest,
  };
}

/** Every combination with its outcome, all true first. */
function truthTable(formula: Formula, conditions: readonly string[]): TruthRow[] {
  return Array.from({ length: 2 ** conditions.length }, (_, row) => {
    const when = Object.fromEntries(
      conditions.map((name, at) => [name, ((row >> (conditions.length - 1 - at)) & 1) === 0]),
    );
    return { when, outcome: evaluateFormula(formula, (name) => when[name] === true) };
  });
}

interface Asked {
  readonly formula: Formula;
  readonly condition: string;
  readonly index: number;
  readonly places: readonly string[];
  readonly rows: readonly TruthRow[];
}

interface Candidates {
  readonly by: Shown["by"];
  readonly pairs: readonly Pair[];
  readonly reason: string | null;
}

function candidatesOf({ formula, condition, index, places, rows }: Asked): Candidates {
  const others = [...new Set(places)].filter((name) => name !== condition);
  const single = places.filter((name) => name === condition).length === 1;
  const counts = rows.map(
    ({ when, outcome }) =>
      evaluateFormula(formula, (name, at) => (when[name] === true) !== (at === index)) !== outcome,
  );
  const unique: Pair[] = [];
  const masking: Pair[] = [];
  for (const [first, a] of rows.entries()) {
    if (a.when[condition] !== true || counts[first] !== true) continue;
    for (const [second, b] of rows.entries()) {
      if (b.when[condition] === true || counts[second] !== true || a.outcome === b.outcome) continue;
      const alone = single && others.every((name) => a.when[name] === b.when[name]);
      (alone ? unique : masking).push({ rows: [first, second] });
    }
  }
  if (unique.length > 0) return { by: "unique-cause", pairs: unique, reason: null };
  if (masking.length === 0) return { by: "none", pairs: [], reason: whyNone(counts, single) };
  const reason = single
    ? "Unique cause is impossible: no two possible combinations differ in this condition alone."
    : "Unique cause is impossible: the condition stands at several places, which change together.";
  return { by: "masking", pairs: masking.slice(0, MAX_PAIRS), reason };
}

function whyNone(counts: readonly boolean[], single: boolean): string {
  if (!counts.includes(true)) return "It never changes the outcome, so it can be left out here.";
  return single
    ? "No two possible combinations show it: those that would are impossible."
    : "No two combinations show this place alone: the others of the same condition hide it.";
}
