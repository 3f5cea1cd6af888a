/** One condition with the values that it can have. */
export interface Condition {
  readonly name: string;
  readonly values: readonly string[];
}

/** Values of conditions; one that is left out may have any. */
export type When = { readonly [condition: string]: readonly string[] };
/** One value for each condition, by their order; `-` is any. */
export type Row = readonly string[];

export interface TableRule {
  readonly id: string;
  readonly when: When;
  readonly actions: readonly string[];
}

export interface TableInput {
  readonly conditions: readonly Condition[];
  readonly rules: readonly TableRule[];
  /** What is done where no rule fits; null: nothing is said about that. */
  readonly otherwise: readonly string[] | null;
  readonly impossible: readonly When[];
}

/** Rules of which two say different things about the same case. */
export interface Contradiction {
  readonly rules: readonly [string, string];
  readonly row: Row;
  /** In how many combinations. */
  readonly combinations: number;
}

/** A row of the collapsed table, with the rules that it comes from. */
export interface Collapsed {
  readonly row: Row;
  readonly actions: readonly string[];
  /** How many combinations it stands for. */
  readonly combinations: number;
  /** A combination without `-`, as a test uses it. */
  readonly test: Row;
  readonly rules: readonly string[];
}

export interface RuleTable {
  readonly combinations: number;
  readonly impossible: number;
  /** True when each possible combination is decided, and by no two rules differently. */
  readonly complete: boolean;
  /** What no rule decides, collapsed. */
  readonly missing: readonly Row[];
  readonly missingCombinations: number;
  readonly contradictions: readonly Contradiction[];
  /** Rules that change nothing: others decide all of their combinations in the same way, or none can occur. */
  readonly redundant: readonly { readonly rule: string; readonly reason: string }[];
  readonly collapsed: readonly Collapsed[];
}

export const ANY = "-";
export const MAX_COMBINATIONS = 4096;

interface Decided {
  readonly row: Row;
  readonly rules: readonly TableRule[];
}

/** Works a decision table through: completeness, contradictions, redundance, and the table without what does not matter. */
export function analyseTable({ conditions, rules, otherwise, impossible }: TableInput): RuleTable {
  const all = combinationsOf(conditions);
  const fits = (when: When, row: Row) =>
    conditions.every(({ name }, at) => when[name] === undefined || when[name].includes(row[at] ?? ""));
  const possible = all.filter((row) => !impossible.some((when) => fits(when, row)));
  const decided: Decided[] = possible.map((row) => ({
    row,
    rules: rules.filter(({ when }) => fits(when, row)),
  }));
  const open = decided.filter((each) => each.rules.length === 0);
  const contradictions = contradictionsOf(decided);
  const clear = decided.filter((each) => each.rules.length > 0 && new Set(each.rules.map(keyOf)).size === 1);
  const outcomes = [
    ...clear.map(({ row, rules: own }) => ({
      row,
      actions: own[0]?.actions ?? [],
      rules: own.map(({ id }) => id),
    })),
    ...(otherwise === null ? [] : open.map(({ row }) => ({ row, actions: otherwise, rules: ["otherwise"] }))),
  ];
  const missing = otherwise === null ? open.map(({ row }) => row) : [];
  return {
    combinations: all.length,
    impossible: all.length - possible.length,
    complete: missing.length === 0 && contradictions.length === 0,
    missing: collapse(missing, conditions),
    missingCombinations: missing.length,
    contradictions,
    redundant: redundantOf(rules, decided),
    collapsed: [...Map.groupBy(outcomes, ({ actions }) => sorted(actions)).values()].flatMap((group) =>
      collapse(
        group.map(({ row }) => row),
        conditions,
      ).map((row): Collapsed => {
        const inside = group.filter((each) => covers(row, each.row));
        return {
          row,
          actions: group[0]?.actions ?? [],
          combinations: inside.length,
          test: inside[0]?.row ?? [],
          rules: [...new Set(inside.flatMap((each) => each.rules))],
        };
      }),
    ),
  };
}

/** Every combination, the first values first. */
export function combinationsOf(conditions: readonly Condition[]): Row[] {
  return conditions.reduce<Row[]>(
    (rows, { values }) => rows.flatMap((row) => values.map((value) => [...row, value])),
    [[]],
  );
}

function sorted(actions: readonly string[]): string {
  return JSON.stringify([...new Set(actions)].toSorted());
}

function keyOf({ actions }: TableRule): string {
  return sorted(actions);
}

function covers(wide: Row, row: Row): boolean {
  return wide.every((value, at) => value === ANY || value === row[at]);
}

function contradictionsOf(decided: readonly Decided[]): Contradiction[] {
  const found = new Map<string, { rules: readonly [string, string]; row: Row; combinations: number }>();
  for (const { row, rules } of decided)
    for (const [at, a] of rules.entries())
      for (const b of rules.slice(at + 1)) {
        if (keyOf(a) === keyOf(b)) continue;
        const key = JSON.stringify([a.id, b.id]);
        const known = found.get(key);
        found.set(key, {
          rules: [a.id, b.id],
          row: known?.row ?? row,
          combinations: (known?.combinations ?? 0) + 1,
        });
      }
  return [...found.values()];
}

function redundantOf(rules: readonly TableRule[], decided: readonly Decided[]): RuleTable["redundant"] {
  const gone = new Set<string>();
  const found = rules.toReversed().flatMap((rule) => {
    const own = decided.filter((each) => each.rules.includes(rule));
    if (own.length === 0) return [{ rule: rule.id, reason: "None of its combinations can occur." }];
    // Of two equal rules the first one stays.
    const others = (each: Decided) =>
      each.rules.filter((other) => other !== rule && !gone.has(other.id) && keyOf(other) === keyOf(rule));
    if (!own.every((each) => others(each).length > 0)) return [];
    gone.add(rule.id);
    const by = [...new Set(own.flatMap((each) => others(each).map(({ id }) => id)))];
    return [{ rule: rule.id, reason: `All that it says is said by ${by.join(", ")}.` }];
  });
  return found.toReversed();
}

/** Largest number of conditions for which every order of putting rows together is tried. */
const MAX_ORDERED = 5;
const MAX_ROWS_ORDERED = 512;

/** Rows that differ in one condition alone and hold all of its values are one row, with any value there. */
function collapse(rows: readonly Row[], conditions: readonly Condition[]): Row[] {
  const positions = conditions.map((_, at) => at);
  const orders =
    positions.length <= MAX_ORDERED && rows.length <= MAX_ROWS_ORDERED
      ? permutations(positions)
      : [positions];
  const once = (order: readonly number[], from: readonly Row[]) =>
    order.reduce((left, at) => mergeAt(left, at, conditions[at]), [...from]);
  const tried = orders.map((order) => {
    let [before, after] = [[...rows], once(order, rows)];
    while (after.length < before.length) [before, after] = [after, once(order, after)];
    return after;
  });
  return tried.reduce((best, each) => (each.length < best.length ? each : best), [...rows]);
}

function mergeAt(rows: readonly Row[], at: number, condition: Condition | undefined): Row[] {
  const groups = Map.groupBy(rows, (row) => JSON.stringify(row.with(at, ANY)));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const whole = condition?.values.every((value) => group.some((row) => row[at] === value)) === true;
    return whole && first !== undefined ? [first.with(at, ANY)] : group;
  });
}

function permutations(of: readonly number[]): number[][] {
  if (of.length <= 1) return [[...of]];
  return of.flatMap((first) =>
    permutations(of.filter((each) => each !== first)).map((rest) => [first, ...rest]),
  );
}
