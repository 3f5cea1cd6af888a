import { test } from "tap";
import type { DecisionRow } from "../../../../src/agents/testplanning/domain/constraint.ts";
import { decisionTable, mcdc } from "../../../../src/agents/testplanning/domain/decision-table.ts";

type Row = Readonly<Record<string, boolean>>;

const bits = ({ when, then }: DecisionRow) =>
  `${Object.values(when)
    .map((value) => (value ? "T" : "F"))
    .join("")}=${then ? "T" : "F"}`;

await test("a decision table has a row for each combination of the conditions", (t) => {
  const table = decisionTable(["a", "b"], (row) => row["a"] === true && row["b"] === true);
  t.strictSame(table.map(bits), ["TT=T", "TF=F", "FT=F", "FF=F"]);
  t.end();
});

const known: readonly (readonly [string, readonly string[], (row: Row) => boolean, (readonly string[])?])[] =
  [
    ["a and b", ["a", "b"], (row) => row["a"] === true && row["b"] === true, ["TT=T", "TF=F", "FT=F"]],
    ["a or b", ["a", "b"], (row) => row["a"] === true || row["b"] === true, ["TF=T", "FT=T", "FF=F"]],
    [
      "a and (b or c)",
      ["a", "b", "c"],
      (row) => row["a"] === true && (row["b"] === true || row["c"] === true),
    ],
    [
      "(a and b) or (c and d)",
      ["a", "b", "c", "d"],
      (row) => (row["a"] === true && row["b"] === true) || (row["c"] === true && row["d"] === true),
    ],
    ["a and b and c and d and e", ["a", "b", "c", "d", "e"], (row) => Object.values(row).every(Boolean)],
    ["a or b or c or d or e or f", ["a", "b", "c", "d", "e", "f"], (row) => Object.values(row).some(Boolean)],
  ];

await test("n conditions need n + 1 rows for modified condition/decision coverage", (t) => {
  for (const [text, names, outcome, rows] of known) {
    const table = decisionTable(names, outcome);
    const set = mcdc(names, table);
    t.equal(set.rows.length, names.length + 1, text);
    t.strictSame(set.redundant, []);
    for (const name of names)
      t.ok(showsAlone(name, names, set.rows), `${text}: ${name} changes the outcome on its own`);
    if (rows !== undefined) t.strictSame(set.rows.map(bits), rows);
  }
  t.end();
});

await test("a condition that never matters is named as redundant", (t) => {
  const table = decisionTable(["a", "b"], (row) => row["a"] === true);
  const { rows, redundant } = mcdc(["a", "b"], table);
  t.strictSame(redundant, ["b"]);
  t.equal(rows.length, 2);
  t.end();
});

/** Whether two of the rows differ in this condition alone and in the outcome. */
function showsAlone(name: string, names: readonly string[], rows: readonly DecisionRow[]): boolean {
  return rows.some((one) =>
    rows.some(
      (other) =>
        one.then !== other.then &&
        names.every((each) => (one.when[each] === other.when[each]) === (each !== name)),
    ),
  );
}
