import { test } from "tap";
import { readFormula } from "../../../../src/agents/testplanning/domain/decision/formula.ts";
import { designMcdc } from "../../../../src/agents/testplanning/domain/decision/mcdc.ts";
import { randomFrom } from "./random.ts";

/** A formula as this test writes and evaluates it, without a word of the code that is tested. */
type Node =
  | { readonly place: number; readonly name: string }
  | { readonly not: Node }
  | { readonly op: "and" | "or"; readonly of: readonly [Node, Node] };

type Row = Readonly<Record<string, boolean>>;
type Pair = readonly [number, number];

const textOf = (node: Node): string => {
  if ("name" in node) return node.name;
  if ("not" in node) return `not (${textOf(node.not)})`;
  return `(${textOf(node.of[0])} ${node.op} ${textOf(node.of[1])})`;
};
/** The value of a formula, with what stands at one place turned round. */
const value = (node: Node, row: Row, turned = -1): boolean => {
  if ("name" in node) return row[node.name] !== (node.place === turned);
  if ("not" in node) return !value(node.not, row, turned);
  const [a, b] = node.of.map((part) => value(part, row, turned));
  return node.op === "and" ? a === true && b === true : a === true || b === true;
};

await test("of many formulas each place is shown as it can be, by as few tests as can be", (t) => {
  const random = randomFrom(7);
  const kinds = new Map<string, number>();
  for (let round = 0; round < 300; round += 1) {
    const names = ["a", "b", "c", "d"].slice(0, 2 + random(3));
    const places: string[] = [];
    const formula = (depth: number): Node => {
      if (depth === 0 || random(4) === 0) {
        const name = names[random(names.length)] ?? "a";
        places.push(name);
        return { place: places.length - 1, name };
      }
      if (random(4) === 0) return { not: formula(depth - 1) };
      return { op: random(2) === 0 ? "and" : "or", of: [formula(depth - 1), formula(depth - 1)] };
    };
    const node = formula(3);
    const used = [...new Set(places)];
    const impossible: Row[] = Array.from({ length: random(3) }, () => {
      const some = used.filter(() => random(2) === 0);
      return Object.fromEntries(some.map((name) => [name, random(2) === 0]));
    }).filter((each) => Object.keys(each).length > 0);
    const rows = rowsOf(used).filter((row) => !impossible.some((each) => includes(row, each)));

    const found = designMcdc(readFormula(textOf(node)), impossible);
    const about = `${textOf(node)} without ${JSON.stringify(impossible)}`;
    const choices = places.map((name, place) => pairsOf({ node, rows, used, name, place, places }));
    for (const [place, { by, tests }] of found.shown.entries()) {
      kinds.set(by, (kinds.get(by) ?? 0) + 1);
      if (by !== choices[place]?.by) t.fail(`${about}: place ${place} is shown by ${by}`);
      if (by === "none") continue;
      const [one, other] = (tests ?? []).map((number) => indexOf(rows, found.tests[number - 1]?.when));
      const pair = choices[place]?.pairs.some(([x, y]) => x === one && y === other);
      if (pair !== true) t.fail(`${about}: the tests of place ${place} do not show it`);
    }
    for (const { when, outcome } of found.tests)
      if (value(node, when) !== outcome || !rows.some((row) => includes(row, when)))
        t.fail(`${about}: ${JSON.stringify(when)} is wrong or impossible`);
    const least = fewest(
      rows.length,
      choices.flatMap(({ pairs }) => (pairs.length > 0 ? [pairs] : [])),
    );
    if (found.smallest && found.tests.length !== least)
      t.fail(`${about}: ${found.tests.length} tests, where ${least} would do`);
    if (!found.smallest) t.fail(`${about}: so small a formula is worked through whole`);
  }
  for (const kind of ["unique-cause", "masking", "none"]) t.ok((kinds.get(kind) ?? 0) > 50, kind);
  t.end();
});

interface Asked {
  readonly node: Node;
  readonly rows: readonly Row[];
  readonly used: readonly string[];
  readonly name: string;
  readonly place: number;
  readonly places: readonly string[];
}

/** After DO-178C and CAST-6: two rows of which one has the condition and one has not, and in both it decides. */
function pairsOf({ node, rows, used, name, place, places }: Asked): { by: string; pairs: Pair[] } {
  const decides = rows.map((row) => value(node, row) !== value(node, row, place));
  const pairs: Pair[] = rows.flatMap((a, x) =>
    rows.flatMap((b, y): Pair[] =>
      a[name] === true && b[name] === false && decides[x] && decides[y] && value(node, a) !== value(node, b)
        ? [[x, y]]
        : [],
    ),
  );
  const once = places.filter((each) => each === name).length === 1;
  const alone = pairs.filter(
    ([x, y]) => once && used.every((each) => each === name || rows[x]?.[each] === rows[y]?.[each]),
  );
  if (alone.length > 0) return { by: "unique-cause", pairs: alone };
  return { by: pairs.length > 0 ? "masking" : "none", pairs };
}

/** The size of the smallest set of rows that holds a pair of each place, by trying all sets. */
function fewest(rows: number, choices: readonly (readonly Pair[])[]): number {
  const masks = choices.map((pairs) => pairs.map(([x, y]) => (1 << x) | (1 << y)));
  let least = rows;
  for (let set = 0; set < 2 ** rows; set += 1) {
    const size = set.toString(2).replaceAll("0", "").length;
    if (size < least && masks.every((own) => own.some((mask) => (set & mask) === mask))) least = size;
  }
  return masks.length === 0 ? 0 : least;
}

function rowsOf(names: readonly string[]): Row[] {
  return Array.from({ length: 2 ** names.length }, (_, bits) =>
    Object.fromEntries(names.map((name, at) => [name, (bits >> at) % 2 === 1])),
  );
}

function includes(row: Row, part: Row): boolean {
  return Object.entries(part).every(([name, each]) => row[name] === each);
}

function indexOf(rows: readonly Row[], when: Row | undefined): number {
  return when === undefined ? -1 : rows.findIndex((row) => includes(row, when));
}
