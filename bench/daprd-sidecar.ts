import { join } from "node:path";
import type { ResolvedAgent, ResolvedComponent } from "../src/runtime/model/resolved.ts";
import { redisAddress } from "../src/runtime/resources/sidecar/daprd/yaml/components.ts";
import { createEmbeddedSidecarHost } from "../src/runtime/resources/sidecar/embedded/create-host.ts";
import { createLogStore } from "../src/runtime/feed/log-store.ts";
import { isPortFree } from "../src/runtime/resources/process/ports.ts";
import { createProcessResource } from "../src/runtime/resources/process/process-resource.ts";
import { daprdSidecar, type DaprdContext } from "../src/runtime/session/daprd-node.ts";
import { ProcessLogs } from "../src/runtime/session/process-logs.ts";
import { freePort } from "./bare.ts";
import { realParts, startRedis, type RealParts } from "./real-parts.ts";
import type { BenchEnds, Latency, Started } from "./sidecar.ts";
import { createReadiness } from "../src/runtime/resources/readiness/readiness.ts";
import { DAPRD_HEALTH } from "../src/runtime/resources/sidecar/daprd/daprd-resource.ts";
import { benchOptions, publishUrl, withEnds, withFolder } from "./sidecar.ts";

/** What goes through a daprd with its gate, its Redis and its journal, as a run has them. */
export async function throughDaprd<T>(
  work: (ends: BenchEnds, published: string, startMs: number) => Promise<T>,
): Promise<T> {
  const parts = await realParts();
  return await withFolder(async (folder) => {
    await using redis = await startRedis(parts, folder);
    return await withEnds(async (ends, appPort) => {
      const host = await createEmbeddedSidecarHost(benchOptions(folder));
      await using owned = new AsyncDisposableStack();
      owned.use(host);
      await host.configure([{ appId: "bench", subscribes: ["bench"] }]);
      const logs = new ProcessLogs(owned.use(createLogStore(join(folder, "logs"), { onProblem: () => {} })));
      const ports = { port: appPort, sidecarPort: 0 };
      const context = contextOf(parts, redis.url, folder, host, logs);
      const sidecar = daprdSidecar(benchAgent(), ports, context, () => undefined);
      const over = new AbortController();
      const began = performance.now();
      owned.use(await sidecar.start(over.signal));
      await createReadiness(DAPRD_HEALTH, sidecar.httpPort).untilReady(over.signal, () => undefined);
      const startMs = performance.now() - began;
      host.appReady("bench");
      await sidecar.untilSubscribed(over.signal);
      return await work(ends, publishUrl(sidecar.httpPort), startMs);
    });
  });
}

export async function daprdLatency(events: number): Promise<Latency & Started> {
  return await throughDaprd(async (ends, published, startMs) => {
    await ends.latency(published, 300, 1);
    return { ...(await ends.latency(published, events, 1)), startMs };
  });
}

export async function daprdPerSecond(events: number): Promise<number> {
  return await throughDaprd(async (ends, published) => {
    await ends.perSecond(published, 2000);
    return await ends.perSecond(published, events);
  });
}

function contextOf(
  { daprd }: RealParts,
  url: string,
  folder: string,
  host: DaprdContext["host"],
  logs: ProcessLogs,
): DaprdContext {
  const { address, secrets } = redisAddress(url, "BENCH_REDIS_PASSWORD");
  const components: readonly ResolvedComponent[] = [
    { kind: "pubsub", name: "agents-pubsub", resource: "redis", type: null, metadata: {} },
  ];
  return {
    daprd: {
      ...daprd,
      image: null,
      spawner: (order) => createProcessResource({ ...order, runId: "bench", read: logs.read }),
    },
    root: folder,
    project: "bench",
    runId: "bench",
    stateDir: folder,
    components,
    places: { redis: new Map([["redis", address]]), stateDir: folder },
    needs: [],
    secrets,
    streams: { url, pubsubs: ["agents-pubsub"], topics: ["bench"], discover: null, unread: [] },
    ports: { isFree: isPortFree, free: freePort },
    host,
    logs,
  };
}

function benchAgent(): ResolvedAgent {
  return {
    name: "bench",
    run: { by: "command", command: ["true"], cwd: "/" },
    replicas: 1,
    port: null,
    sidecarPort: null,
    sidecar: "daprd",
    uses: [],
    model: null,
    dependsOn: {},
    env: {},
    envFile: null,
    secrets: [],
    health: { by: "none" },
    restart: "never",
    watch: false,
    subscribes: ["bench"],
    publishes: [],
    stopTimeoutMs: 1_000,
    concurrency: 10,
    deliveryTimeoutMs: 30_000,
  };
}
