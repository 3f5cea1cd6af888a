import { test } from "tap";
import { prioritise } from "../../../../src/agents/testplanning/domain/priority.ts";
import type { Changed, RankedInput } from "../../../../src/agents/testplanning/domain/priority.ts";

const one = (id: string, of: Partial<RankedInput> = {}): RankedInput => ({
  id,
  requirementIds: [],
  files: [],
  strength: null,
  technique: null,
  durationMs: null,
  runs: 0,
  failures: 0,
  lastFailed: false,
  ...of,
});
const nothing: Changed = { files: [], requirementIds: [] };
const order = (tests: readonly RankedInput[], changed = nothing) =>
  prioritise(tests, changed, null).map(({ id }) => id);

await test("each rule decides before the next one is asked", (t) => {
  const changed = { files: ["a.ts"], requirementIds: ["R9"] };
  const pairs: readonly (readonly [string, Partial<RankedInput>, Partial<RankedInput>])[] = [
    [
      "failed last, before what touches a change",
      { lastFailed: true },
      { files: ["a.ts"], strength: "must" },
    ],
    ["touches a changed file, before a must", { files: ["a.ts"], strength: "may" }, { strength: "must" }],
    ["touches a changed requirement", { requirementIds: ["R9"] }, { strength: "must" }],
    ["must before should", { strength: "must" }, { strength: "should", requirementIds: ["x", "y"] }],
    ["should before may", { strength: "should" }, { strength: "may" }],
    [
      "covers more, before the rate of failures",
      { requirementIds: ["x", "y"] },
      { requirementIds: ["z"], runs: 10, failures: 9 },
    ],
    [
      "fails more often, before the technique",
      { runs: 10, failures: 5 },
      { runs: 10, failures: 4, technique: "boundary-value-analysis" },
    ],
    [
      "boundary values, before what is shorter",
      { technique: "boundary-value-analysis" },
      { technique: "error-guessing", durationMs: 1 },
    ],
    ["the shorter one", { durationMs: 5 }, { durationMs: 6 }],
    ["a known duration before an unknown one", { durationMs: 5 }, {}],
  ];
  for (const [name, first, second] of pairs) {
    t.strictSame(order([one("b", second), one("z", first)], changed), ["z", "b"], name);
    t.strictSame(order([one("z", first), one("b", second)], changed), ["z", "b"], `${name}, given first`);
  }
  t.strictSame(order([one("b"), one("a")]), ["a", "b"], "at last the id");
  t.end();
});

await test("what is covered already counts no more: the next test is the one that adds most", (t) => {
  const tests = [
    one("big", { requirementIds: ["1", "2", "3", "4"] }),
    one("same", { requirementIds: ["1", "2", "3"] }),
    one("other", { requirementIds: ["5", "6"] }),
    one("last", { files: ["x.ts"] }),
  ];
  const ranked = prioritise(tests, nothing, null);
  t.strictSame(
    ranked.map(({ id }) => id),
    ["big", "other", "last", "same"],
  );
  t.strictSame(
    ranked.map(({ reasons }) => reasons[0]),
    [
      "covers 4 that nothing above it covers",
      "covers 2 that nothing above it covers",
      "covers 1 that nothing above it covers",
      undefined,
    ],
  );
  t.end();
});

await test("as many tests as may be sent are ordered, each with much of its own", (t) => {
  const tests = Array.from({ length: 2000 }, (_, at) =>
    one(`t${at}`, {
      requirementIds: Array.from({ length: at === 7 ? 301 : 300 }, (__, own) => `${at} ${own}`),
    }),
  );
  const ranked = prioritise(tests, nothing, null);
  t.equal(ranked.length, 2000);
  t.match(ranked[0], { id: "t7", reasons: ["covers 301 that nothing above it covers"] });
  t.match(ranked[1999]?.reasons, ["covers 300 that nothing above it covers"]);
  t.end();
});

await test("a budget says how far one gets", (t) => {
  const tests = ["a", "b", "c"].map((id) => one(id, { durationMs: 40 }));
  t.strictSame(
    prioritise(tests, nothing, 80).map(({ rank, cumulativeMs, withinBudget }) => [
      rank,
      cumulativeMs,
      withinBudget,
    ]),
    [
      [1, 40, true],
      [2, 80, true],
      [3, 120, false],
    ],
  );
  t.strictSame(prioritise([], nothing, 0), []);
  t.end();
});
