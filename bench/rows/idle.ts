import { spawn } from "node:child_process";
import { once } from "node:events";
import { own } from "../owned.ts";
import { cpuMs, parentOf, processesWith, pss } from "../proc.ts";
import { sixAgents } from "../project.ts";
import { limitRow, ratioRow, round } from "../row.ts";
import type { Measurement } from "../row.ts";

const WINDOW_MS = 30_000;

/** What a run costs that nobody does anything with: memory and CPU of the orchestrator, six agents, plain lines. */
export const idle: Measurement = {
  rows: ["memory", "idle-cpu"],
  async measure() {
    await using project = sixAgents();
    const up = await project.up();
    const agents = await project.agentsListed();
    // Beside the others, so that it shares the pages of the same Node with as many as the orchestrator does.
    const bare = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "ignore" });
    await using owned = own(async () => {
      bare.kill("SIGKILL");
      if (bare.exitCode === null && bare.signalCode === null) await once(bare, "exit");
    });
    await pause(3_000);
    const early = pss(up.pid);
    const [cpuBefore, agentsBefore] = [cpuMs(up.pid), sum(agents.map(({ pid }) => cpuMs(pid)))];
    const began = performance.now();
    await pause(WINDOW_MS);
    const window = performance.now() - began;
    const used = (cpuMs(up.pid) - cpuBefore) / window;
    const usedByAgents = (sum(agents.map(({ pid }) => cpuMs(pid))) - agentsBefore) / window;
    const watchdogs = processesWith("watchdog-main").filter((pid) => parentOf(pid) === up.pid);
    const theirs = pss(bare.pid ?? 0);
    const rows = [
      ratioRow("memory", {
        ours: [pss(up.pid)],
        theirs: [theirs],
        against: "a bare Node that waits (PSS, orchestrator without watchdog)",
        unit: "MB",
        limit: 2,
        detail: {
          "3 s after ready (MB)": round(early),
          "watchdog (MB)": round(sum(watchdogs.map(pss))),
          "six agents (MB)": round(sum(agents.map(({ pid }) => pss(pid)))),
        },
      }),
      limitRow("idle-cpu", {
        ours: [used * 100],
        limit: 0.5,
        unit: "% of a core",
        budget: "< 0.5 %",
        against: `the orchestrator over ${WINDOW_MS / 1000} s, six agents`,
        detail: { "the six agents together (% of a core)": round(usedByAgents * 100) },
      }),
    ];
    await owned[Symbol.asyncDispose]();
    return rows;
  },
};

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
