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
    // Bundling everything for the first time leaves more behind than a run has otherwise: that is told beside.
    const bundling = await project.up();
    await pause(3_000);
    const cold = pss(bundling.pid);
    await project.agents(["down"]);
    await bundling.exited();
    const alone = await bareAlone();
    const up = await project.up();
    const agents = await project.agentsListed();
    // Beside the others, so that it shares the pages of the same Node with as many as the orchestrator does.
    await using bare = bareNode();
    await pause(3_000);
    const early = pss(up.pid);
    const pids = agents.map(({ pid }) => pid);
    // What V8 collects some seconds after the start is done once: it is told beside what goes on for ever.
    const first = await share(up.pid, pids);
    const steady = await share(up.pid, pids);
    const watchdogs = processesWith("/watchdog.js").filter((pid) => parentOf(pid) === up.pid);
    const theirs = pss(bare.pid);
    const ours = pss(up.pid);
    return [
      ratioRow("memory", {
        ours: [ours],
        theirs: [theirs],
        against: "a bare Node that waits beside them (PSS, orchestrator without watchdog)",
        unit: "MB",
        limit: 2,
        detail: {
          "3 s after ready (MB)": round(early),
          "a run that bundles everything first, 3 s after ready (MB)": round(cold),
          "a bare Node by itself, sharing pages with nobody of ours (MB)": round(alone),
          "ratio against that": round(ours / alone),
          "watchdog (MB)": round(sum(watchdogs.map(pss))),
          "six agents (MB)": round(sum(agents.map(({ pid }) => pss(pid)))),
        },
      }),
      limitRow("idle-cpu", {
        ours: [steady.orchestrator],
        limit: 0.5,
        unit: "% of a core",
        budget: "< 0.5 %",
        against: `the orchestrator over ${WINDOW_MS / 1000} s, six agents that were ready ${WINDOW_MS / 1000} s before`,
        detail: {
          "the six agents together (% of a core)": round(steady.agents),
          [`the orchestrator in the ${WINDOW_MS / 1000} s before`]: round(first.orchestrator),
          [`the six agents in the ${WINDOW_MS / 1000} s before`]: round(first.agents),
        },
      }),
    ];
  },
};

/** What they use from now on, in % of a core. */
async function share(
  orchestrator: number,
  agents: readonly number[],
): Promise<{ readonly orchestrator: number; readonly agents: number }> {
  const used = (): readonly [number, number] => [cpuMs(orchestrator), sum(agents.map(cpuMs))];
  const [before, agentsBefore] = used();
  const began = performance.now();
  await pause(WINDOW_MS);
  const window = performance.now() - began;
  const [after, agentsAfter] = used();
  return {
    orchestrator: ((after - before) / window) * 100,
    agents: ((agentsAfter - agentsBefore) / window) * 100,
  };
}

/** A Node that does nothing, as little as Node can be. */
function bareNode(): AsyncDisposable & { readonly pid: number } {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "ignore" });
  const owned = own(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  return { pid: child.pid ?? 0, [Symbol.asyncDispose]: async () => await owned[Symbol.asyncDispose]() };
}

async function bareAlone(): Promise<number> {
  await using bare = bareNode();
  await pause(1_000);
  return pss(bare.pid);
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
