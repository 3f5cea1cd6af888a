import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";

const ROOT = join(import.meta.dirname, "../../..");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");
const NAMES = `
import { decideOn, defineEvent } from "agents-apphost/kit";
import type { AgentKit, Decider, HandlerContext } from "agents-apphost/kit";
import { z } from "zod";
const visitRecorded = defineEvent("agents.visits.visit.recorded", z.object({ who: z.string(), n: z.number() }), {
  description: "Somebody has come.",
});
export { visit };
`;

await test("the decider of the guide compiles as it stands there", async (t) => {
  const guide = readFileSync(join(ROOT, "docs/kit.md"), "utf8");
  const [, example] = /```ts\n(const visited = [\s\S]*?)```/u.exec(guide) ?? [];
  t.ok(example);
  const dir = t.testdir({});
  mkdirSync(join(dir, "src"));
  writeFileSync(join(dir, "src/visits.ts"), `${NAMES}${example ?? ""}`);
  const options = {
    strict: true,
    noEmit: true,
    target: "esnext",
    lib: ["esnext"],
    module: "nodenext",
    types: ["node"],
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    customConditions: ["agents-source"],
  };
  writeFileSync(join(dir, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["src"] }));
  // Without tap's options: the compiler is a program of its own.
  const args = ["-u", "NODE_OPTIONS", process.execPath, TSC, "-p", dir];
  const run = await execa("env", args, { reject: false, all: true });
  t.equal(run.exitCode, 0, run.all);
});
