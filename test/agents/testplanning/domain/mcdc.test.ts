import { test } from "tap";
import { readFormula } from "../../../../src/agents/testplanning/domain/decision/formula.ts";
import { designMcdc } from "../../../../src/agents/testplanning/domain/decision/mcdc.ts";
import type { Mcdc, Values } from "../../../../src/agents/testplanning/domain/decision/mcdc.ts";

const design = (text: string, impossible: readonly Values[] = []): Mcdc =>
  designMcdc(readFormula(text), impossible);
const rows = ({ tests, conditions }: Mcdc): string[] =>
  tests.map(
    ({ when, outcome }) =>
      `${conditions.map((name) => (when[name] ? "T" : "F")).join("")}=${outcome ? "T" : "F"}`,
  );

await test("n independent conditions need n + 1 tests, each shown by unique cause", (t) => {
  const known: readonly (readonly [string, number, (readonly string[])?])[] = [
    ["a", 2, ["T=T", "F=F"]],
    ["not a", 2, ["T=F", "F=T"]],
    ["a and b", 3, ["TT=T", "TF=F", "FT=F"]],
    ["a or b", 3, ["TF=T", "FT=T", "FF=F"]],
    ["a && !b", 3, ["TT=F", "TF=T", "FF=F"]],
    ["a and (b or c)", 4],
    ["(a and b) or (c and d)", 5],
    ["(a or b) and (c or d) and e", 6],
    ["a or b or c or d or e or f or g", 8],
    ["a and b and c and d and e and f and g and h", 9],
  ];
  for (const [text, count, expected] of known) {
    const set = design(text);
    t.equal(set.tests.length, count, text);
    t.equal(set.expected, count);
    t.ok(set.smallest, "and no smaller set would do");
    if (expected !== undefined) t.strictSame(rows(set), expected, text);
    for (const { condition, by, tests } of set.shown) {
      t.equal(by, "unique-cause");
      const [one, other] = [set.tests[(tests?.[0] ?? 0) - 1], set.tests[(tests?.[1] ?? 0) - 1]];
      t.not(one?.outcome, other?.outcome);
      const differ = set.conditions.filter((name) => one?.when[name] !== other?.when[name]);
      t.strictSame(differ, [condition], `${text}: its two tests differ in ${condition} alone`);
    }
  }
  t.end();
});

await test("a condition at several places is coupled with itself, and each place is shown by masking", (t) => {
  const set = design("(a and b) or (a and c)");
  t.match(
    set.shown.map(({ condition, place, by }) => [condition, place, by]),
    [
      ["a", 1, "masking"],
      ["b", 1, "unique-cause"],
      ["a", 2, "masking"],
      ["c", 1, "unique-cause"],
    ],
  );
  t.match(set.shown[0]?.reason, /several places/);
  t.equal(set.tests.length, 4);
  for (const each of ["TTF=T", "TFT=T", "TFF=F"]) t.ok(rows(set).includes(each), each);
  t.ok(set.smallest);
  t.end();
});

await test("where combinations are impossible, masking shows what unique cause cannot", (t) => {
  const impossible = [
    { a: false, b: true },
    { a: true, c: true },
  ];
  const set = design("a and (b or c)", impossible);
  const [a, b, c] = set.shown;
  t.match(a, { by: "masking", reason: /no two possible combinations differ in this condition alone/ });
  t.match(b, { by: "unique-cause" });
  t.match(c, { by: "none", tests: null, reason: /impossible/ });
  for (const { when } of set.tests)
    for (const each of impossible)
      t.notOk(
        Object.entries(each).every(([name, value]) => when[name] === value),
        "no test is impossible",
      );
  t.match(
    set.shown[0]?.tests?.map((at) => rows(set)[at - 1]),
    ["TTF=T", "FFT=F"],
  );
  t.end();
});

await test("what never changes the outcome is named, and so is what is hidden by its own kind", (t) => {
  const set = design("a or (a and b)");
  t.match(
    set.shown.map(({ by, reason }) => [by, reason]),
    [
      ["masking", /several places/],
      ["none", /No two combinations show this place alone/],
      ["none", /never changes/],
    ],
  );
  t.strictSame(design("a or not a").tests.length, 0);
  t.end();
});

await test("formulas are read as they are written, and misread ones are refused with the place", (t) => {
  const tables: readonly (readonly [string, string])[] = [
    ["not a and b", "(not a) and b"],
    ["a or b and c", "a or (b and c)"],
    ["a || b && !c", "a or (b and (not c))"],
    ["A and order", '"A" and "order"'],
    ['"the user is an admin" or android', '"the user is an admin" or android'],
    ["not not a", "a"],
    ['truelove or "true"', '"truelove" or "true"'],
  ];
  for (const [text, same] of tables) t.strictSame(rows(design(text)), rows(design(same)), text);
  t.strictSame(design('"is admin" and note').conditions, ["is admin", "note"]);
  for (const [text, position, message] of [
    ["", 1, /expected a condition, found the end/],
    ["a and", 6, /expected a condition/],
    ["a b", 3, /expected and, or or the end, found b/],
    ["(a or b", 8, /expected \)/],
    ["a and TRUE", 7, /"TRUE" at character 7 is a constant/],
    ["a or not false", 10, /is a constant/],
    ["a ? b", 3, /is no name/],
    ["a and ^", 7, /is no name/],
    ["(".repeat(500), 101, /at most 100 levels/],
    [`${"not ".repeat(500)}a`, 401, /at most 100 levels/],
  ] as const)
    t.throws(() => readFormula(text), { position, message }, text.slice(0, 20));
  t.throws(() => design("a or b or c or d or e or f or g or h or i"), {
    message: /9 conditions; 8 are the most/,
  });
  t.throws(() => design(Array.from({ length: 25 }, () => "a").join(" or ")), { message: /25 places/ });
  t.end();
});
