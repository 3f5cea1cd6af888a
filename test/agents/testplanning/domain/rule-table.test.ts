import { test } from "tap";
import { analyseTable } from "../../../../src/agents/testplanning/domain/decision/rule-table.ts";
import type { TableInput } from "../../../../src/agents/testplanning/domain/decision/rule-table.ts";
import { tableFeature } from "../../../../src/agents/testplanning/domain/gherkin/table-feature.ts";
import { parseGherkin, scenariosOf } from "./parse-gherkin.ts";

const yesNo = (...names: string[]) => names.map((name) => ({ name, values: ["yes", "no"] }));
const rule = (id: string, when: Record<string, string>, ...actions: string[]) => ({
  id,
  when: Object.fromEntries(Object.entries(when).map(([name, value]) => [name, [value]])),
  actions,
});
const table = (input: Partial<TableInput>): TableInput => ({
  conditions: yesNo("new", "card", "coupon"),
  rules: [],
  otherwise: null,
  impossible: [],
  ...input,
});
const shown = (rows: readonly { readonly row: readonly string[]; readonly actions: readonly string[] }[]) =>
  rows.map(({ row, actions }) => `${row.join(" ")} → ${actions.join("+")}`).toSorted();

/**
 * The discounts of a shop: 15 % for a new customer, 10 % with a loyalty card, 20 % with a coupon, which is not to be had
 * together with that of new customers. New customers have no card.
 */
const discounts = table({
  rules: [
    rule("1", { new: "yes", coupon: "no" }, "15 %"),
    rule("2", { new: "yes", coupon: "yes" }, "20 %"),
    rule("3", { new: "no", card: "yes", coupon: "no" }, "10 %"),
    rule("4", { new: "no", card: "yes", coupon: "yes" }, "10 %", "20 %"),
    rule("5", { new: "no", card: "no", coupon: "yes" }, "20 %"),
    rule("6", { new: "no", card: "no", coupon: "no" }, "nothing off"),
  ],
  impossible: [{ new: ["yes"], card: ["yes"] }],
});

await test("a complete table is said to be complete, and collapses to what matters", (t) => {
  const found = analyseTable(discounts);
  t.match(found, {
    combinations: 8,
    impossible: 2,
    complete: true,
    missing: { length: 0 },
    contradictions: { length: 0 },
    redundant: { length: 0 },
  });
  t.strictSame(shown(found.collapsed), [
    "- no yes → 20 %",
    "no no no → nothing off",
    "no yes no → 10 %",
    "no yes yes → 10 %+20 %",
    "yes no no → 15 %",
  ]);
  t.equal(
    found.collapsed.reduce((sum, { combinations }) => sum + combinations, 0),
    6,
  );
  t.end();
});

await test("what no rule decides is missing, unless otherwise says what is done", (t) => {
  const rules = discounts.rules.slice(0, 3);
  const found = analyseTable({ ...discounts, rules });
  t.match(found, { complete: false, missingCombinations: 3 });
  t.strictSame(found.missing.map((row) => row.join(" ")).toSorted(), ["no - yes", "no no no"]);
  const rest = analyseTable({ ...discounts, rules, otherwise: ["ask"] });
  t.match(rest, { complete: true, missing: { length: 0 } });
  t.ok(shown(rest.collapsed).includes("no - yes → ask"));
  t.end();
});

await test("two rules that say different things of one combination contradict each other", (t) => {
  const rules = [...discounts.rules, rule("7", { coupon: "yes" }, "20 %")];
  const found = analyseTable({ ...discounts, rules });
  t.strictSame(found.contradictions, [{ rules: ["4", "7"], row: ["no", "yes", "yes"], combinations: 1 }]);
  t.equal(found.complete, false);
  t.match(found.redundant, [
    { rule: "2", reason: /said by 7/ },
    { rule: "5", reason: /said by 7/ },
  ]);
  t.notOk(
    shown(found.collapsed).some((row) => row.startsWith("no yes yes")),
    "it is decided by nobody",
  );
  t.end();
});

await test("of two equal rules one is redundant, and so is one that can never apply", (t) => {
  const rules = [
    ...discounts.rules,
    rule("6b", { new: "no", card: "no", coupon: "no" }, "nothing off"),
    rule("8", { new: "yes", card: "yes" }, "x"),
  ];
  t.match(analyseTable({ ...discounts, rules }).redundant, [
    { rule: "6b", reason: /said by 6\./ },
    { rule: "8", reason: /None of its combinations can occur/ },
  ]);
  t.end();
});

await test("conditions may have more than two values, and all of them collapse", (t) => {
  const conditions = [
    { name: "size", values: ["S", "M", "L"] },
    { name: "member", values: ["yes", "no"] },
  ];
  const found = analyseTable(
    table({
      conditions,
      rules: [
        { id: "a", when: { member: ["yes"] }, actions: ["free"] },
        { id: "b", when: { size: ["S", "M"], member: ["no"] }, actions: ["5"] },
        { id: "c", when: { size: ["L"], member: ["no"] }, actions: ["9"] },
      ],
    }),
  );
  t.equal(found.complete, true);
  t.strictSame(shown(found.collapsed), ["- yes → free", "L no → 9", "M no → 5", "S no → 5"]);
  t.match(found.collapsed.find(({ row }) => row[0] === "-")?.test, ["S", "yes"], "a test has no dash");
  t.end();
});

await test("every row of the collapsed table decides as the rules do, for all tables of three conditions", (t) => {
  // Each of the 256 boolean functions of three conditions, written out as rules.
  for (let bits = 0; bits < 256; bits += 1) {
    const rules = Array.from({ length: 8 }, (_, row) =>
      rule(
        `${row}`,
        { new: row & 4 ? "yes" : "no", card: row & 2 ? "yes" : "no", coupon: row & 1 ? "yes" : "no" },
        (bits >> row) & 1 ? "do" : "leave",
      ),
    );
    const { collapsed, complete } = analyseTable(table({ rules }));
    const decided = rules.map(({ when, actions }) => {
      const fitting = collapsed.filter(({ row }) =>
        ["new", "card", "coupon"].every((name, at) => row[at] === "-" || when[name]?.[0] === row[at]),
      );
      return fitting.length === 1 && fitting[0]?.actions[0] === actions[0];
    });
    if (!complete || !decided.every(Boolean)) t.fail(`table ${bits}: ${JSON.stringify(collapsed)}`);
    if ((bits === 0 || bits === 255) && collapsed.length !== 1) t.fail("a constant is one row");
  }
  t.pass("all 256");
  t.end();
});

await test("the largest table is worked through", (t) => {
  const conditions = yesNo(..."abcdefghijkl".split(""));
  const rules = Array.from({ length: 200 }, (_, at) => rule(`${at}`, {}, `action ${at}`));
  const found = analyseTable(table({ conditions, rules }));
  t.equal(found.contradictions.length, (200 * 199) / 2, "each two rules contradict each other");
  t.match(found.contradictions[0], { rules: ["0", "1"], combinations: 4096 });
  const same = analyseTable(table({ conditions, rules: rules.map((each) => ({ ...each, actions: ["x"] })) }));
  t.equal(same.redundant.length, 199);
  t.match(same.collapsed, [{ combinations: 4096 }]);
  t.end();
});

await test("a table is a Gherkin outline with one example for each row, whatever its cells say", (t) => {
  const name = "Discounts\nScenario: pwned";
  const conditions = [{ name: "new | old\n| x", values: ["a|b", "c\\d\n"] }];
  const input = table({
    conditions,
    rules: [
      { id: "1", when: { [conditions[0]?.name ?? ""]: ["a|b"] }, actions: ["x|y", "# z"] },
      { id: "2", when: { [conditions[0]?.name ?? ""]: ["c\\d\n"] }, actions: [] },
    ],
  });
  const feature = parseGherkin(tableFeature(name, conditions, analyseTable(input)));
  const [outline, ...others] = scenariosOf(feature);
  t.strictSame(others, []);
  const cells = outline?.examples[0]?.tableBody.map(({ cells: row }) => row.map(({ value }) => value));
  t.strictSame(cells, [
    ["a|b", "x|y, # z"],
    ["c\\d", "nothing"],
  ]);
  const long = ["A", "B"].map((letter) => letter.repeat(150));
  const hostile = [{ name: "constructor", values: ["<actions>", "no"] }, ...yesNo("<c1> or <x>")];
  const rules = [rule("1", { constructor: "no" }, ...long), rule("2", { "<c1> or <x>": "yes" }, ...long)];
  const filled = scenariosOf(
    parseGherkin(tableFeature("T", hostile, analyseTable(table({ conditions: hostile, rules })))),
  )[0];
  t.match(
    filled?.steps.map(({ text }) => text),
    ["constructor is <c1>", "(c1) or <x> is <c2>"],
    "what is filled in is filled in nowhere else",
  );
  t.strictSame(
    filled?.examples[0]?.tableBody.map(({ cells: row }) => row.map(({ value }) => value)),
    [
      ["(actions)", "yes", long.join(", ")],
      ["no", "no", long.join(", ")],
    ],
    "and nothing is cut",
  );
  const none = analyseTable(table({ rules: [] }));
  t.match(parseGherkin(tableFeature("None", [], none)), { name: "None" });
  t.end();
});
