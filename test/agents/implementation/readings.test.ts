import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import { toSpecification } from "../../../src/agents/implementation/application/translate-spec.ts";
import type { Language } from "../../../src/agents/implementation/domain/generated-code.ts";
import { generateCode } from "../../../src/agents/implementation/domain/generate.ts";
import { planCode } from "../../../src/agents/implementation/domain/plan.ts";
import { matcherWithLimit } from "../../../src/agents/implementation/infrastructure/pattern-matcher.ts";
import { readings } from "../testplanning/domain/readings.ts";
import { hasPython, runGenerated } from "./domain/run-generated.ts";
import { publishedFor } from "./published-for.ts";

const TSC = join(import.meta.dirname, "../../../node_modules/typescript/bin/tsc");

const plans = readings.map(([sentence], index) => {
  const id = `s${index}`;
  const spec = publishedFor(sentence, id);
  return { id, sentence, spec, plan: planCode(toSpecification(spec), matcherWithLimit()) };
});

await test("the typescript code for every sentence passes a strict type check", async (t) => {
  const dir = t.testdir({});
  await Promise.all(
    plans.map(async ({ id, plan }) => {
      if (plan.at === "skipped") return;
      await mkdir(join(dir, id));
      for (const { path, content } of generateCode(plan, "typescript", { summary: "" }).files)
        await writeFile(join(dir, id, path), content);
    }),
  );
  const options =
    "--noEmit --strict --target esnext --module nodenext --types node --allowImportingTsExtensions";
  await writeFile(join(dir, "package.json"), '{"type":"module"}');
  const sources = plans.flatMap(({ id, plan }) => (plan.at === "skipped" ? [] : [`${id}/*.ts`]));
  await writeFile(join(dir, "tsconfig.json"), JSON.stringify({ include: sources }));
  const words = options.split(" ");
  // Without tap's options: the compiler is a program of its own.
  const args = ["-u", "NODE_OPTIONS", process.execPath, TSC, "-p", dir, ...words];
  const run = await execa("env", args, { reject: false, all: true });
  t.equal(run.exitCode, 0, run.all.slice(0, 2000));
});

await test("for every sentence that can be tested code can be planned, and for no other", (t) => {
  for (const { sentence, spec, plan } of plans)
    t.equal(
      plan.at,
      spec.testable ? "planned" : "skipped",
      `${sentence} ${plan.at === "skipped" ? plan.reason : ""}`,
    );
  t.end();
});

for (const language of ["typescript", "python"] as const satisfies readonly Language[]) {
  const skip = language === "python" && !(await hasPython()) && "python3 is not on this machine";
  await test(
    `the ${language} code for every sentence passes its tests when they run`,
    { skip },
    async (t) => {
      const files = plans.flatMap(({ id, plan }) =>
        plan.at === "skipped"
          ? []
          : generateCode(plan, language, { summary: "" }).files.map(({ path, content }) => ({
              path: `${id}/${path}`,
              content,
            })),
      );
      const run = await runGenerated(t.testdir({}), language, files);
      t.equal(
        run.exitCode,
        0,
        run.output
          .split("\n")
          .filter((line) => /not ok|FAIL|Error/.test(line))
          .join("\n"),
      );
      t.equal(
        run.passed,
        plans.reduce((sum, { spec }) => sum + spec.cases.length, 0),
        "every case ran",
      );
    },
  );
}
