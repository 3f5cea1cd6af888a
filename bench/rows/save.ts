import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { freePort, timeBare } from "../bare.ts";
import type { Bare } from "../bare.ts";
import { launchOf } from "../proc.ts";
import { configOf, realProject } from "../project.ts";
import type { BenchProject } from "../project.ts";
import { limitRow, median, round } from "../row.ts";
import type { Measurement } from "../row.ts";

const BUDGET_MS = 100;
const TIMEOUT_MS = 20_000;
/** The place in the agent that shows which version of it answers. */
const PLACE = "health: () => ({";

/** From saving a file of an agent until its new code answers, less what that agent's bare boot takes. */
export const save: Measurement = {
  rows: ["save"],
  async measure({ runs }) {
    await using project = realProject();
    project.write("agents.config.ts", configOf(["notification"]));
    const file = join(project.root, "src/agents/notification/main.ts");
    const original = readFileSync(file, "utf8");
    if (!original.includes(PLACE)) throw new Error(`${file} has no "${PLACE}" to change`);
    const up = await project.up();
    const [agent] = await project.agentsListed();
    if (agent === undefined) throw new Error("the agent does not run");
    const saved: number[] = [];
    const boot: number[] = [];
    for (let run = -2; run < runs * 2; run += 1) {
      // Beyond the moment in which saves count as one burst with the start or the save before.
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const began = performance.now();
      writeFileSync(file, original.replace(PLACE, `${PLACE} saved: "run ${run}",`));
      await serves(agent.port, `"run ${run}"`, began);
      const took = performance.now() - began;
      const tookBare = await timeBare([await again(project, `"run ${run}"`)], 500);
      if (run < 0) continue;
      saved.push(took);
      boot.push(tookBare);
    }
    await up.stop();
    const more = median(saved) - median(boot);
    return [
      {
        ...limitRow("save", {
          ours: [more],
          limit: BUDGET_MS,
          unit: "ms",
          budget: `≤ ${BUDGET_MS} ms more`,
          against: "",
        }),
        ours: round(median(saved)),
        theirs: round(median(boot)),
        against: "bare boot of that agent; the ratio is of the difference and 100 ms",
        runs: saved.length,
        detail: { "more than the boot (ms)": round(more), "slowest (ms)": round(Math.max(...saved)) },
      },
    ];
  },
};

/** The agent as it runs now, to be started once more without us and on another port. */
async function again(project: BenchProject, text: string): Promise<Bare> {
  const [latest] = await project.agentsListed();
  if (latest === undefined) throw new Error("the agent does not run any more");
  const { env, ...launch } = launchOf(latest.pid);
  const port = await freePort();
  return {
    ...launch,
    env: { ...env, PORT: String(port), APP_PORT: String(port) },
    port,
    untilReady: async () => await serves(port, text, performance.now()),
  };
}

/** Asks again and again until the answer shows the new code. */
async function serves(port: number, text: string, began: number): Promise<void> {
  while (!(await answer(port)).includes(text)) {
    if (performance.now() - began > TIMEOUT_MS)
      throw new Error(`the new code does not answer within ${TIMEOUT_MS / 1000} s of the save`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Empty where nobody answers. */
function answer(port: number): Promise<string> {
  return new Promise((resolve) => {
    const call = request(
      { host: "127.0.0.1", port, path: "/api/notification/health", agent: false },
      (got) => {
        let all = "";
        got.on("data", (chunk: Buffer) => (all += chunk.toString()));
        got.once("error", () => resolve(""));
        got.once("end", () => resolve(all));
      },
    );
    call.setTimeout(2_000, () => call.destroy());
    call.once("error", () => resolve(""));
    call.end();
  });
}
