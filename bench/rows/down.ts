import { program } from "../bare.ts";
import { untilIdle } from "../proc.ts";
import { BenchProject, commandConfig, sixAgents } from "../project.ts";
import type { Up } from "../project.ts";
import { limitRow, median, ratioRow, round } from "../row.ts";
import type { Measurement, Row } from "../row.ts";

const STUBBORN = 50;
const STOP_TIMEOUT_MS = 1_000;
const EARLY_MS = 1_000;

/** How long stopping takes: six real agents that co-operate, and fifty that have to be killed. */
export const down: Measurement = {
  rows: ["down", "down-50-stubborn"],
  async measure({ runs }) {
    return [await cooperative(runs), await stubborn(runs)];
  },
};

async function cooperative(runs: number): Promise<Row> {
  await using project = sixAgents();
  const whole: number[] = [];
  const signalled: number[] = [];
  const atOnce: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const up = await project.up();
    await untilIdle(await processesOf(project, up));
    whole.push(await downOf(project, up));
    const again = await project.up();
    await untilIdle(await processesOf(project, again));
    signalled.push(await again.stop());
    const early = await project.up();
    await new Promise((resolve) => setTimeout(resolve, EARLY_MS));
    atOnce.push(await downOf(project, early));
  }
  return limitRow("down", {
    ours: whole,
    limit: 300,
    unit: "ms",
    budget: "≤ 300 ms",
    against: "the whole command `agents down`, six agents",
    detail: {
      "SIGTERM or Ctrl-C in the foreground (ms)": round(median(signalled)),
      "the command, a second after all is ready: agents still load Dapr's SDK (ms)": round(median(atOnce)),
    },
  });
}

async function stubborn(runs: number): Promise<Row> {
  await using project = new BenchProject();
  const settings = { sidecar: false, stopTimeout: STOP_TIMEOUT_MS };
  project.write(
    "agents.config.json",
    commandConfig(STUBBORN, [process.execPath, program("stubborn.js")], settings),
  );
  const ours: number[] = [];
  for (let run = 0; run < runs; run += 1) ours.push(await (await project.up()).stop());
  return ratioRow("down-50-stubborn", {
    ours,
    theirs: [STOP_TIMEOUT_MS],
    against: `one stopTimeout of ${STOP_TIMEOUT_MS} ms, ${STUBBORN} agents that ignore SIGTERM`,
    unit: "ms",
    limit: 1.5,
  });
}

/** From the start of the command until both it and the run have ended. */
async function downOf(project: BenchProject, up: Up): Promise<number> {
  const began = performance.now();
  const [exited] = await Promise.all([up.exited(), project.agents(["down"])]);
  return Math.max(exited, performance.now()) - began;
}

/** The orchestrator and its agents. */
async function processesOf(project: BenchProject, up: Up): Promise<readonly number[]> {
  return [up.pid, ...(await project.agentsListed()).map(({ pid }) => pid)];
}
