import { test } from "tap";
import { specGeneratedPayload } from "../../../src/agents/testplanning/events.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { parseGherkin, scenariosOf } from "./domain/parse-gherkin.ts";

const API = "/api/testplanning";

await test("decision tables, MC/DC and priorities are computed and answered, and nothing is published", async (t) => {
  const system = await TestSystem.start(t, [
    "agents.testplanning.spec.generated",
    "agents.testplanning.strategy.created",
  ]);
  const agent = await system.agent("testplanning");
  const mcdc = await agent.post(`${API}/mcdc`, { formula: "admin or (active and not locked)" });
  t.match(mcdc.body["result"], {
    conditions: ["admin", "active", "locked"],
    tests: { length: 4 },
    shown: [{ by: "unique-cause" }, { by: "unique-cause" }, { by: "unique-cause" }],
    expected: 4,
    smallest: true,
  });
  const conditions = [{ name: "member" }, { name: "coupon" }];
  const rules = [
    { when: { coupon: "yes" }, actions: ["20 %"] },
    { when: { member: "yes", coupon: ["no"] }, actions: ["10 %"] },
    { when: { member: "-", coupon: "no" }, actions: ["0 %"] },
  ];
  const table = await agent.post(`${API}/decision-tables`, { name: "Discount", conditions, rules });
  t.match(table.body["result"], {
    complete: false,
    contradictions: [{ rules: ["2", "3"], row: ["yes", "no"] }],
    collapsed: [{ row: ["-", "yes"], actions: ["20 %"] }, { row: ["no", "no"] }],
  });
  const { gherkin } = table.body["result"] as { gherkin: string };
  t.equal(scenariosOf(parseGherkin(gherkin))[0]?.examples[0]?.tableBody.length, 2);

  const { body } = await agent.post(`${API}/execute`, { requirement: "The age must be at most 65." });
  const spec = specGeneratedPayload.omit({ generatedBy: true }).parse(body["result"]);
  const failed = spec.cases.at(-1)?.id ?? "";
  const ranked = await agent.post(`${API}/priorities`, {
    specIds: [spec.specId],
    tests: [
      { id: failed, lastFailed: true, durationMs: 3 },
      { id: "own", files: ["a.ts"], durationMs: 9 },
    ],
    changed: { files: ["a.ts"] },
    budgetMs: 5,
  });
  const { items } = ranked.body["result"] as { items: { id: string; reasons: string[] }[] };
  t.equal(items.length, spec.cases.length + 1);
  t.match(items, [
    { rank: 1, id: failed, reasons: ["failed last", "must"], withinBudget: true },
    { rank: 2, id: "own", reasons: ["touches a.ts"], withinBudget: false },
  ]);
  t.equal(system.seen.length, 1, "the specification alone");
});

await test("what cannot be computed is refused with the place", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("testplanning");
  const conditions = [{ name: "a" }, { name: "b" }];
  const table = (of: object) => ({ name: "T", conditions, rules: [], ...of });
  const wrong: readonly (readonly [string, object, string, RegExp])[] = [
    ["mcdc", { formula: "a and" }, "formula", /character 6: expected a condition/],
    ["mcdc", { formula: "a|b|c|d|e|f|g|h|i" }, "formula", /9 conditions; 8 are the most/],
    ["mcdc", { formula: "a and b", impossible: [{ c: true }] }, "impossible[0].c", /no condition/],
    ["mcdc", { formula: "a and b", impossible: [{}] }, "impossible[0]", /at least one condition/],
    ["priorities", { tests: [{ id: "a", failures: 1 }] }, "tests[0].failures", /no more failures than runs/],
    ["priorities", { tests: [{ id: "a" }, { id: "a" }] }, "tests", /"a" is given twice/],
    ["decision-tables", table({ impossible: [{}] }), "impossible[0]", /at least one condition/],
    [
      "decision-tables",
      table({ rules: [{ when: { c: "yes" }, actions: [] }] }),
      "rules[0].when.c",
      /no condition/,
    ],
    [
      "decision-tables",
      table({ rules: [{ when: { a: "x" }, actions: [] }] }),
      "rules[0].when.a",
      /"x" is none of yes, no/,
    ],
    ["decision-tables", table({ impossible: [{ z: "-" }] }), "impossible[0].z", /no condition/],
    [
      "decision-tables",
      table({ conditions: [{ name: "a" }, { name: "a" }] }),
      "conditions",
      /"a" is given twice/,
    ],
    ["decision-tables", table({ conditions: [{ name: "a", values: ["x", "x"] }] }), "conditions.a", /twice/],
    [
      "decision-tables",
      table({
        rules: [
          { id: "1", when: {}, actions: [] },
          { id: "1", when: {}, actions: [] },
        ],
      }),
      "rules",
      /twice/,
    ],
    [
      "decision-tables",
      table({
        conditions: Array.from({ length: 12 }, (_, at) => ({ name: `c${at}`, values: ["1", "2", "3"] })),
      }),
      "conditions",
      /531441 combinations; 4096 are the most/,
    ],
    ["coverage", { format: "cobertura", report: "<coverage/>" }, "report: report", /covers no class/],
  ];
  for (const [route, input, path, message] of wrong) {
    const { status, body } = await agent.post(`${API}/${route}`, input);
    t.ok(status === 400 || status === 422, JSON.stringify(body));
    t.match(body["errors"], [{ path, message }], path);
  }
  t.match(await agent.post(`${API}/priorities`, { specIds: ["none"] }), { status: 404 });
});

await test("a Cobertura report is analysed like the others, with the requirements that its files implement", async (t) => {
  const system = await TestSystem.start(t, ["agents.testplanning.coverage.analyzed"]);
  const agent = await system.agent("testplanning");
  const report = `<coverage><packages><package><classes><class filename="src/pay.py"><methods/>
    <lines><line number="1" hits="1"/><line number="2" hits="0"/></lines></class></classes></package></packages></coverage>`;
  const requirements = [{ requirementId: "PAY-1", files: ["pay.py"] }];
  const answer = await agent.post(`${API}/coverage`, { format: "cobertura", report, requirements });
  t.match(answer.body["result"], {
    format: "cobertura",
    totals: { lines: { covered: 1, total: 2, percent: 50 }, branches: null },
    requirements: [{ requirementId: "PAY-1", covered: false }],
    gaps: ["pay.py, which implements PAY-1, has lines that no test runs: 2."],
  });
  const [event] = await system.until("agents.testplanning.coverage.analyzed", 1);
  t.strictSame(event?.data.data.payload, answer.body["result"]);
});
