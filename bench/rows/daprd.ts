import { timeBare, type Bare } from "../bare.ts";
import { daprCli, timeDaprRun, type DaprApp } from "../dapr-run.ts";
import { daprdLatency, daprdPerSecond } from "../daprd-sidecar.ts";
import { launchOf } from "../proc.ts";
import { SIX, sixAgents, type Listed } from "../project.ts";
import { realParts, startRedis } from "../real-parts.ts";
import { growthOfSidecars } from "../with-daprd.ts";
import { median, ratioRow, round } from "../row.ts";
import type { Measurement } from "../row.ts";
import { redisLatency, redisPerSecond } from "../embedded-redis.ts";
import { embeddedLatency, embeddedPerSecond } from "../sidecar.ts";

/**
 * `agents up` with a Redis that is there already, against the same six agents and six daprds started bare at once, and
 * against `dapr run -f` with the same apps and components.
 */
export const daprdUp: Measurement = {
  rows: ["daprd-up"],
  async measure({ runs }) {
    const parts = await realParts();
    const cli = daprCli();
    await using project = sixAgents();
    await using redis = await startRedis(parts, project.root);
    project.env["AGENTS_REDIS_URL"] = redis.url;
    project.env["AGENTS_DAPRD"] = parts.daprd.path;
    const ours: number[] = [];
    const bare: number[] = [];
    const peer: number[] = [];
    for (let run = -1; run < runs; run += 1) {
      const started = await project.up();
      const took = await started.ready;
      const listed = await project.listed();
      const twelve = bareOf(listed);
      const apps = daprAppsOf(listed);
      await project.agents(["down"]);
      await started.exited();
      if (twelve.length !== 2 * SIX)
        throw new Error(`${twelve.length} agents and daprds run instead of ${2 * SIX}`);
      const tookBare = await timeBare(twelve);
      const tookPeer = cli === null ? null : await timeDaprRun(cli, apps, parts.daprd.path);
      if (run < 0) continue; // warms the caches of the disk and of Node
      ours.push(took);
      bare.push(tookBare);
      if (tookPeer !== null) peer.push(tookPeer);
    }
    const grown = await growthOfSidecars(parts, runs);
    return [
      ratioRow("daprd-up", {
        ours,
        theirs: bare,
        against: "the same twelve processes started bare in parallel",
        unit: "ms",
        limit: 1.5,
        detail: {
          daprd: parts.daprd.version,
          "over the bare processes (ms)": round(median(ours) - median(bare)),
          "dapr run -f, the same apps and components":
            cli === null
              ? "left out: there is no dapr on the PATH, and AGENTS_BENCH_DAPR names none"
              : `${round(median(peer))} ms (CLI ${cli.version}), up takes ${round(median(ours) / median(peer))} × that`,
          ...grown,
        },
      }),
    ];
  },
};

/** The embedded sidecar against a daprd with its gate, its Redis and its journal, in the same run. */
export const daprdEvents: Measurement = {
  rows: ["daprd-publish-latency", "daprd-events-per-second"],
  async measure({ runs }) {
    const { daprd } = await realParts();
    const latency = await times(runs, async () => ({
      ours: await embeddedLatency(1_000),
      theirs: await daprdLatency(1_000),
      onRedis: await redisLatency(1_000),
    }));
    const rate = await times(runs, async () => ({
      ours: await embeddedPerSecond(10_000),
      theirs: await daprdPerSecond(10_000),
      onRedis: await redisPerSecond(10_000),
    }));
    const p99 = (of: "ours" | "theirs" | "onRedis"): number =>
      round(median(latency.map((one) => one[of].p99)));
    const accepted = (of: "ours" | "theirs" | "onRedis"): string =>
      (["p50", "p99"] as const)
        .map((which) => round(median(latency.map((one) => one[of].accepted[which]))))
        .join(" and ");
    const started = (of: "ours" | "theirs"): number => round(median(latency.map((one) => one[of].startMs)));
    const perSecond = {
      ours: median(rate.map(({ ours }) => ours)),
      theirs: median(rate.map(({ theirs }) => theirs)),
    };
    return [
      ratioRow("daprd-publish-latency", {
        ours: latency.map(({ ours }) => ours.p50),
        theirs: latency.map(({ theirs }) => theirs.p50),
        against: "daprd with its gate and Redis, from publish to handler, p50",
        unit: "ms",
        limit: 1,
        detail: {
          daprd: daprd.version,
          "until it is accepted, p50 and p99 (ms)": `embedded ${accepted("ours")}, daprd ${accepted("theirs")}, embedded on the same Redis ${accepted("onRedis")}`,
          "start to ready (ms)": `embedded with its thread and journal ${started("ours")}, daprd with its gate ${started("theirs")}`,
          "embedded, p99 (ms)": p99("ours"),
          "daprd, p99 (ms)": p99("theirs"),
          "embedded on the same Redis, p50 (ms)": round(median(latency.map(({ onRedis }) => onRedis.p50))),
          "embedded on the same Redis, p99 (ms)": p99("onRedis"),
        },
      }),
      {
        ...ratioRow("daprd-events-per-second", {
          ours: rate.map(({ ours }) => ours),
          theirs: rate.map(({ theirs }) => theirs),
          against: "daprd with its gate and Redis, 250 bytes, 32 in flight, durable",
          unit: "events/s",
          limit: 1,
          detail: {
            "embedded on the same Redis (events/s)": median(rate.map(({ onRedis }) => onRedis)),
          },
        }),
        budget: "≥ 1 ×",
        ok: perSecond.ours >= perSecond.theirs,
      },
    ];
  },
};

/** The same agents and daprds without us: no gate stands between them. */
function bareOf(listed: readonly Listed[]): readonly Bare[] {
  const portOf = new Map(listed.flatMap(({ kind, name, port }) => (kind === "agent" ? [[name, port]] : [])));
  return listed.flatMap(({ kind, agent, pid, port }): readonly Bare[] => {
    if (pid === null || port === null) return [];
    if (kind === "agent") return [{ ...launchOf(pid), port }];
    if (kind !== "sidecar") return [];
    const launch = launchOf(pid);
    const gate = launch.command.indexOf("--app-port") + 1;
    const command = launch.command.with(gate, String(portOf.get(agent ?? "") ?? 0));
    return [{ ...launch, command, port, health: { by: "http", path: "/v1.0/healthz" } }];
  });
}

/** Each agent and its daprd as an app of a `dapr run`. */
function daprAppsOf(listed: readonly Listed[]): readonly DaprApp[] {
  return listed.flatMap(({ kind, name, pid, port }): readonly DaprApp[] => {
    const sidecar = listed.find((one) => one.kind === "sidecar" && one.agent === name);
    if (kind !== "agent" || pid === null || port === null || sidecar?.pid == null || sidecar.port === null)
      return [];
    const { command } = launchOf(sidecar.pid);
    const values = (flag: string): string[] => command.filter((_, index) => command[index - 1] === flag);
    return [
      {
        ...launchOf(pid),
        name,
        port,
        daprPort: sidecar.port,
        resources: values("--resources-path"),
        config: values("--config")[0],
      },
    ];
  });
}

async function times<T>(count: number, work: () => Promise<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for (let run = 0; run < count; run += 1) all.push(await work());
  return all;
}
