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

/** A rule with what is asked of it again and again. */
interface Applied extends TableRule {
  /** Equal for rules that do the same. */
  readonly key: string;
  /** Which of the possible combinations it decides. */
  readonly decides: readonly boolean[];
}

/** Works a decision table through: completeness, contradictions, redundance, and the table without what does not matter. */
export function analyseTable({ conditions, rules, otherwise, impossible }: TableInput): RuleTable {
  const all = combinationsOf(conditions);
  const fits = (when: When, row: Row) =>
    conditions.every(
      // A condition may be called "constructor".
      ({ name }, at) => !Object.hasOwn(when, name) || when[name]?.includes(row[at] ?? "") === true,
    );
  const possible = all.filter((row) => !impossible.some((when) => fits(when, row)));
  const applied = rules.map((rule): Applied => ({
    ...rule,
    key: keyOf(rule.actions),
    decides: possible.map((row) => fits(rule.when, row)),
  }));
  const contradictions = contradictionsOf(applied, possible);
  const outcomes: Outcome[] = [];
  const missing: Row[] = [];
  for (const [at, row] of possible.entries()) {
    const own = applied.filter(({ decides }) => decides[at]);
    const [first] = own;
    if (first === undefined && otherwise === null) missing.push(row);
    else if (first === undefined) outcomes.push({ row, actions: otherwise ?? [], rules: ["otherwise"] });
    else if (own.every(({ key }) => key === first.key))
      outcomes.push({ row, actions: first.actions, rules: own.map(({ id }) => id) });
  }
  return {
    combinations: all.length,
    impossible: all.length - possible.length,
    complete: missing.length === 0 && contradictions.length === 0,
    missing: collapse(missing, conditions),
    missingCombinations: missing.length,
    contradictions,
    redundant: redundantOf(applied),
    collapsed: [...Map.groupBy(outcomes, ({ actions }) => keyOf(actions)).values()].flatMap((group) =>
      collapsedOf(group, conditions),
    ),
  };
}

/** Every combination, the first values first. */
function combinationsOf(conditions: readonly Condition[]): Row[] {
  return conditions.reduce<Row[]>(
    (rows, { values }) => rows.flatMap((row) => values.map((value) => [...row, value])),
    [[]],
  );
}

function keyOf(actions: readonly string[]): string {
  return JSON.stringify([...new Set(actions)].toSorted());
}

/** What is done in a combination, and by which rules. */
interface Outcome {
  readonly row: Row;
  readonly actions: readonly string[];
  readonly rules: readonly string[];
}

/** The rows of one outcome, put together where they can be. */
function collapsedOf(group: readonly Outcome[], conditions: readonly Condition[]): Collapsed[] {
  const rows = collapse(
    group.map(({ row }) => row),
    conditions,
  );
  return rows.map((row) => {
    const inside = group.filter((each) => covers(row, each.row));
    return {
      row,
      actions: group[0]?.actions ?? [],
      combinations: inside.length,
      test: inside[0]?.row ?? [],
      rules: [...new Set(inside.flatMap((each) => each.rules))],
    };
  });
}

function covers(wide: Row, row: Row): boolean {
  return wide.every((value, at) => value === ANY || value === row[at]);
}

function contradictionsOf(rules: readonly Applied[], possible: readonly Row[]): Contradiction[] {
  return rules.flatMap((a, index) =>
    rules.slice(index + 1).flatMap((b): Contradiction[] => {
      if (a.key === b.key) return [];
      let [combinations, first] = [0, -1];
      for (let at = 0; at < possible.length; at += 1) {
        if (!a.decides[at] || !b.decides[at]) continue;
        if (combinations === 0) first = at;
        combinations += 1;
      }
      return combinations === 0 ? [] : [{ rules: [a.id, b.id], row: possible[first] ?? [], combinations }];
    }),
  );
}

function redundantOf(rules: readonly Applied[]): RuleTable["redundant"] {
  const gone = new Set<string>();
  const found = rules.toReversed().flatMap((rule) => {
    const own = [...rule.decides.keys()].filter((at) => rule.decides[at]);
    if (own.length === 0) return [{ rule: rule.id, reason: "None of its combinations can occur." }];
    // Of two equal rules the first one stays.
    const others = rules.filter(({ id, key }) => id !== rule.id && key === rule.key && !gone.has(id));
    if (!own.every((at) => others.some(({ decides }) => decides[at]))) return [];
    gone.add(rule.id);
    const by = others.filter(({ decides }) => own.some((at) => decides[at])).map(({ id }) => id);
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
