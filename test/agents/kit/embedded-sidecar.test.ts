import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { createEmbeddedSidecarHost } from "../../../src/runtime/resources/sidecar/embedded/create-host.ts";
import { trusted } from "../../../src/agents/kit/process/trusted.ts";
import { send, startAgent } from "./helpers/agent-process.ts";
import { cloudEvent } from "./helpers/scripted-sidecar.ts";

const TICK = "agents.clock.tick.made";
const CHANGED = "agents.keeper.count.changed";
const COMPONENT = { resource: null, type: null, metadata: {} } as const;

/** A real bus with a real state store, and one more app on it that collects what the keeper publishes. */
async function startBus(t: Test) {
  const dir = t.testdir({});
  const host = await createEmbeddedSidecarHost({
    runId: "test",
    stateDir: join(dir, ".agents"),
    root: dir,
    components: [
      { ...COMPONENT, name: "agents-pubsub", kind: "pubsub" },
      { ...COMPONENT, name: "agents-statestore", kind: "statestore" },
    ],
  });
  t.teardown(async () => await host[Symbol.asyncDispose]());
  const collector = await startCollector(t);
  await host.start(spec("collector", CHANGED, collector.port, 0));
  host.appReady("collector");
  return { host, collector };
}

async function startCollector(t: Test) {
  const counts = new Map<string, number>();
  const { promise: complete, resolve } = Promise.withResolvers<void>();
  let wanted = Number.POSITIVE_INFINITY;
  const check = (): void => {
    if (counts.size >= wanted) resolve();
  };
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    request.on("end", () => {
      response.setHeader("content-type", "application/json");
      if (request.url === "/dapr/subscribe") {
        response.end(JSON.stringify([{ pubsubname: "agents-pubsub", topic: CHANGED, route: "/changed" }]));
        return;
      }
      response.end("{}");
      const event = trusted<{ id: string; data: { data: { payload: { count: number } } } }>(JSON.parse(text));
      counts.set(event.id, event.data.data.payload.count);
      check();
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const until = async (count: number): Promise<number[]> => {
    wanted = count;
    check();
    await complete;
    return [...counts.values()].toSorted((a, b) => a - b);
  };
  return { port: trusted<AddressInfo>(server.address()).port, until };
}

/** With its topic declared: from now on events wait, also before the app has been asked. */
function spec(appId: string, topic: string, appPort: number, httpPort: number) {
  const fixed = { mayMove: true, subscribes: [topic], concurrency: 10, deliveryTimeoutMs: 30_000 };
  return { appId, appPort, httpPort, ...fixed };
}

void t.test(
  "on the embedded sidecar 60 events are counted once each, with a kill -9 after a save",
  async (t) => {
    const { host, collector } = await startBus(t);
    const { httpPort } = await host.start(spec("keeper", TICK, 0, 0));
    const start = async () => {
      const agent = await startAgent(t, "keeper", {
        DAPR_HTTP_PORT: String(httpPort),
        AGENTS_RUN_ID: "test",
      });
      await host.stop("keeper");
      await host.start(spec("keeper", TICK, Number(new URL(agent.url).port), httpPort));
      host.appReady("keeper");
      return agent;
    };
    const publish = async (crash: boolean): Promise<void> => {
      const event = cloudEvent(
        TICK,
        { name: "a", crash },
        { subject: "tests/1", time: new Date().toISOString() },
      );
      const request = { pubsub: "agents-pubsub", topic: TICK, contentType: "application/cloudevents+json" };
      await host.publish({ ...request, body: JSON.stringify(event), raw: false });
    };

    const first = await start();
    for (let count = 0; count < 60; count += 1) await publish(count === 30);
    t.equal(await first.exited, "SIGKILL");
    await host.appGone("keeper", 0);

    const second = await start();
    t.same(
      await collector.until(60),
      Array.from({ length: 60 }, (_, index) => index + 1),
      "no count is missing and none came twice",
    );
    t.match(await send(`${second.url}/api/keeper/health`), { body: { sidecar: { at: "reachable" } } });
    t.match(await send(`${second.url}/api/keeper/save-twice`, {}), {
      body: { result: { refused: true, found: { count: 1 }, gone: true } },
    });
  },
);
