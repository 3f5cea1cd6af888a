import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "tap";
import { parse } from "yaml";
import { z } from "zod";
import { toSpecification } from "../../../src/agents/implementation/application/translate-spec.ts";
import { generateCode } from "../../../src/agents/implementation/domain/generate.ts";
import { planCode } from "../../../src/agents/implementation/domain/plan.ts";
import { matcherWithLimit } from "../../../src/agents/implementation/infrastructure/pattern-matcher.ts";
import { specGeneratedPayload } from "../../../src/agents/testplanning/events.ts";
import { hasPython, runGenerated } from "./domain/run-generated.ts";
import { TestSystem } from "../../helpers/test-system.ts";

const RULES = join(import.meta.dirname, "../../../examples/requirements/rules.yaml");
const examples = z.array(
  z.object({ id: z.string(), sentence: z.string(), expect: z.object({ testable: z.boolean() }) }),
);

await test("of every example requirement the generated code passes the tests that were planned for it", async (t) => {
  const python = await hasPython();
  const system = await TestSystem.start(t, []);
  const planner = await system.agent("testplanning");
  const rules = examples.parse(parse(await readFile(RULES, "utf8")));
  t.ok(rules.length >= 30);
  const written = { typescript: [], python: [] } as Record<
    "typescript" | "python",
    { path: string; content: string }[]
  >;
  let cases = 0;
  for (const { id, sentence, expect } of rules) {
    const answer = await planner.post("/api/testplanning/execute", { requirement: sentence });
    const spec = specGeneratedPayload.parse({ ...Object(answer.body["result"]), generatedBy: null });
    const plan = planCode(toSpecification(spec), matcherWithLimit());
    t.equal(
      plan.at,
      expect.testable ? "planned" : "skipped",
      `${id}: ${plan.at === "skipped" ? plan.reason : ""}`,
    );
    if (plan.at === "skipped") continue;
    cases += spec.cases.length;
    for (const language of ["typescript", "python"] as const) {
      const { files } = generateCode(plan, language, { summary: "" });
      written[language].push(...files.map(({ path, content }) => ({ path: `${id}/${path}`, content })));
    }
  }
  for (const language of python ? (["typescript", "python"] as const) : (["typescript"] as const)) {
    const run = await runGenerated(t.testdir({}), language, written[language]);
    t.equal(run.exitCode, 0, run.output);
    t.equal(run.passed, cases, `${language}: every case ran`);
  }
});
