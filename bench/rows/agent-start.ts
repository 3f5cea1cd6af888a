import { join } from "node:path";
import { bareHono, timeBare } from "../bare.ts";
import { flowLatency } from "../flow-latency.ts";
import { launchOf } from "../proc.ts";
import { configOf, realProject } from "../project.ts";
import { median, ratioRow, round } from "../row.ts";
import type { Measurement } from "../row.ts";
import { telemetryCost } from "../telemetry-cost.ts";

/** One real agent from spawn to ready, as `agents up` starts it (bundled, compile cache warm), against a bare Hono service. */
export const agentStart: Measurement = {
  rows: ["agent-start"],
  async measure({ runs }) {
    await using project = realProject();
    project.write("agents.config.ts", configOf(["notification"]));
    const up = await project.up();
    const [listed] = await project.agentsListed();
    if (listed === undefined) throw new Error("the agent does not run");
    const agent = { ...launchOf(listed.pid), port: listed.port };
    await up.stop();
    const cached = { NODE_COMPILE_CACHE: join(project.root, "hono-compile-cache") };
    const ours: number[] = [];
    const theirs: number[] = [];
    const theirsCached: number[] = [];
    for (let run = -2; run < runs * 2; run += 1) {
      // At first long enough to load what is loaded late, so that the compile cache has all of it.
      const tookHono = await timeBare([await bareHono()]);
      const took = await timeBare([agent], run < 0 ? 1_000 : 0);
      const tookCached = await timeBare([await bareHono(cached)], run < 0 ? 500 : 0);
      if (run < 0) continue;
      ours.push(took);
      theirs.push(tookHono);
      theirsCached.push(tookCached);
    }
    return [
      ratioRow("agent-start", {
        ours,
        theirs,
        against: "a bare Hono service",
        unit: "ms",
        limit: 2,
        detail: {
          agent: "notification: HTTP, SQLite, prompts, bundled, compile cache warm",
          "the Hono service with a compile cache (ms)": round(median(theirsCached)),
          ...(await flowLatency()),
          ...(await telemetryCost(Math.min(runs, 7))),
        },
      }),
    ];
  },
};
