import { createEmbeddedSidecarHost } from "../src/runtime/resources/sidecar/embedded/create-host.ts";
import { realParts, startRedis } from "./real-parts.ts";
import type { BenchEnds, Latency } from "./sidecar.ts";
import { benchOptions, benchSpec, publishUrl, withEnds, withFolder } from "./sidecar.ts";

/** What goes through an embedded sidecar on a real Redis, with its journal, as a run has them. */
async function throughRedis<T>(work: (ends: BenchEnds, published: string) => Promise<T>): Promise<T> {
  const parts = await realParts();
  return await withFolder(async (folder) => {
    await using redis = await startRedis(parts, folder);
    return await withEnds(async (ends, appPort) => {
      const options = benchOptions(folder);
      const components = options.components.map((one) => ({ ...one, resource: "redis" }));
      await using host = await createEmbeddedSidecarHost({ ...options, components });
      await host.place({ redis: redis.url });
      await host.configure([{ appId: "bench", subscribes: ["bench"] }]);
      const streams = {
        url: redis.url,
        pubsubs: ["agents-pubsub"],
        topics: ["bench"],
        discover: null,
        unread: [],
      };
      await host.daprd({ do: "connect", streams });
      const { httpPort } = await host.start(benchSpec(appPort));
      const subscribed = Promise.withResolvers<void>();
      host.onEvent((event) => {
        if (event.type === "subscribed") subscribed.resolve();
      });
      host.appReady("bench");
      await subscribed.promise;
      return await work(ends, publishUrl(httpPort));
    });
  });
}

/** From publish to handler, one event at a time. */
export async function redisLatency(events: number): Promise<Latency> {
  return await throughRedis(async (ends, published) => {
    await ends.latency(published, 300, 1);
    return await ends.latency(published, events, 1);
  });
}

/** Events a second. */
export async function redisPerSecond(events: number): Promise<number> {
  return await throughRedis(async (ends, published) => {
    await ends.perSecond(published, 2000);
    return await ends.perSecond(published, events);
  });
}
