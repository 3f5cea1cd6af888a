import { bareHono, timeBare } from "../bare.ts";
import { cpuMs, launchOf } from "../proc.ts";
import { SIX, sixAgents } from "../project.ts";
import { median, ratioRow, round } from "../row.ts";
import type { Measurement } from "../row.ts";

/** `agents up` until all six agents are ready, against the same processes, and against six bare services, started bare at once. */
export const up: Measurement = {
  rows: ["up", "up-vs-hono"],
  async measure({ runs }) {
    await using project = sixAgents();
    const cold = await (await project.up()).ready;
    await project.agents(["down"]);
    const ours: number[] = [];
    const used: number[] = [];
    const bare: number[] = [];
    const hono: number[] = [];
    for (let run = -1; run < runs; run += 1) {
      const started = await project.up();
      const took = await started.ready;
      const cpu = cpuMs(started.pid);
      const agents = (await project.agentsListed()).map(({ pid, port }) => ({ ...launchOf(pid), port }));
      await project.agents(["down"]);
      await started.exited();
      if (agents.length !== SIX) throw new Error(`${agents.length} agents run instead of ${SIX}`);
      const tookBare = await timeBare(agents);
      const tookHono = await timeBare(await Promise.all(agents.map(() => bareHono())));
      if (run < 0) continue; // warms the caches of the disk and of Node
      ours.push(took);
      used.push(cpu);
      bare.push(tookBare);
      hono.push(tookHono);
    }
    const detail = {
      "cold, nothing bundled yet (ms, one run)": round(cold),
      "over the bare processes (ms)": round(median(ours) - median(bare)),
      // What a machine that is busy with other things changes least.
      "CPU of the orchestrator until all are ready (ms)": round(median(used)),
    };
    return [
      ratioRow("up", {
        ours,
        theirs: bare,
        against: "the same six processes started bare in parallel",
        unit: "ms",
        limit: 1.5,
        detail,
      }),
      // An agent may take twice as long as a bare service, and all of them half as long again as without us.
      ratioRow("up-vs-hono", {
        ours,
        theirs: hono,
        against: "six bare Hono services started in parallel",
        unit: "ms",
        limit: 3,
      }),
    ];
  },
};
