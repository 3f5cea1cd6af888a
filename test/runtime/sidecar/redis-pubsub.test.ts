import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { isList } from "../../../src/runtime/resources/sidecar/daprd/redis/connection.ts";
import { until as eventually } from "../../helpers/system.ts";
import { SKIP, startRedis, startSidecar, type RealRedis } from "../daprd/kit.ts";
import { entries, onRedis } from "./redis-kit.ts";
import { yaml } from "./daprd.ts";
import { call, openHost, publish, spec, startApp, subscription, type Received } from "./kit.ts";

/* Embedded sidecars on a real Redis, beside real daprds. */

async function pending({ connection }: RealRedis, stream: string, group: string): Promise<number> {
  const reply = await connection.send("XPENDING", stream, group);
  return isList(reply) ? Number(reply[0]) : Number.NaN;
}

/** Resolves once all that was handed out is acknowledged. */
async function untilAcknowledged(redis: RealRedis, stream: string, group: string): Promise<void> {
  await eventually(
    `all of ${stream} is acknowledged`,
    async () => (await pending(redis, stream, group)) === 0,
    60_000,
  );
}

const data = ({ event }: Received): unknown => event["data"];

function numbers(received: readonly Received[], path: string): unknown[] {
  return received.filter((got) => got.path === path).map((got) => (data(got) as { n: number }).n);
}

t.test("an agent on daprd and one on an embedded sidecar exchange events", { skip: SKIP }, async (t) => {
  const dir = t.testdir({ ours: {} });
  const redis = await startRedis(t, dir);
  const one = await startApp(t, { subscribe: [subscription("to-one"), subscription("to-both")] });
  const two = await startApp(t, { subscribe: [subscription("to-two"), subscription("to-both")] });
  const daprd = await startSidecar(t, { agent: "one", appPort: one.port, dir, redis });
  const { host, until, ready, journal } = await openHost(t, join(dir, "ours"), {
    components: [onRedis(redis)],
  });
  const { httpPort } = await host.start(spec("two", two.port));
  await ready("two");
  daprd.gate.appReady();
  await daprd.until(() =>
    daprd.lines.some(({ text }) => /app is subscribed to the following topics/u.test(text)),
  );
  for (let n = 0; n < 20; n += 1) {
    t.equal((await publish(daprd.httpPort, "to-two", { n })).status, 204);
    t.equal((await publish(httpPort, "to-one", { n })).status, 204);
    t.equal((await publish(n % 2 === 0 ? httpPort : daprd.httpPort, "to-both", { n })).status, 204);
  }
  await until(() => two.received.length === 40);
  await daprd.until(() => one.received.length === 40);
  const all = Array.from({ length: 20 }, (_, n) => n);
  t.same(new Set(numbers(two.received, "/to-two")), new Set(all));
  t.same(new Set(numbers(one.received, "/to-one")), new Set(all));
  t.same(new Set(numbers(one.received, "/to-both")), new Set(all));
  await untilAcknowledged(redis, "to-two", "two");
  await untilAcknowledged(redis, "to-both", "two");
  await until(() =>
    journal
      .events({ limit: 1000 })
      .every(({ event }) =>
        event.deliveries.every(({ agent, status }) => agent !== "two" || status === "success"),
      ),
  );
  const delivered = journal
    .events({ limit: 1000 })
    .filter(({ event }) => event.deliveries.some(({ agent }) => agent === "two"));
  t.equal(delivered.length, 40, "each event is one row, with one delivery to whom it serves");
  t.equal(two.received[0]?.headers["pubsubname"], "agents-pubsub");
});

t.test(
  "an agent goes from one kind of sidecar to the other, and no event is lost",
  { skip: SKIP },
  async (t) => {
    const dir = t.testdir({ ours: {} });
    const redis = await startRedis(t, dir);
    const got = new Set<number>();
    // A slow one: there is always something with it, and something that waits.
    const app = await startApp(t, {
      subscribe: [subscription("things")],
      reply: async (received) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        got.add((data(received) as { n: number }).n);
        return 200;
      },
    });
    const { host, ready, until } = await openHost(t, join(dir, "ours"), { components: [onRedis(redis)] });
    const publisher = await host.start(spec("publisher", 1));
    let next = 0;
    const burst = async (count: number): Promise<void> => {
      const upTo = next + count;
      for (; next < upTo; next += 1)
        t.equal((await publish(publisher.httpPort, "things", { n: next })).status, 204);
    };
    await host.start(spec("worker", app.port));
    await ready("worker");
    await burst(150);
    // In the middle: what is with the app is cut off, or handled.
    await host.stop("worker");
    await burst(50);
    const daprd = await startSidecar(t, {
      agent: "worker",
      appPort: app.port,
      dir,
      redis,
      topics: ["things"],
    });
    daprd.gate.appReady();
    await burst(100);
    await daprd.until(() => got.size > 220);
    await daprd.stop();
    await host.start(spec("worker", app.port));
    await ready("worker");
    await burst(50);
    await until(() => got.size === 350);
    t.equal(got.size, next, "every event was handled");
    await untilAcknowledged(redis, "things", "worker");
  },
);

t.test(
  "a Redis that is killed amid 500 events and comes back: every accepted one is handled, at once",
  { skip: SKIP },
  async (t) => {
    const dir = t.testdir({ ours: {} });
    let redis = await startRedis(t, dir);
    const got = new Set<number>();
    const app = await startApp(t, {
      subscribe: [subscription("things")],
      reply: (received) => {
        got.add((data(received) as { n: number }).n);
        return 200;
      },
    });
    // Taken back by age alone, what was on the wire would come after a minute.
    const { host, ready, events } = await openHost(t, join(dir, "ours"), {
      components: [onRedis(redis, { processingTimeout: "60000" })],
    });
    const { httpPort } = await host.start(spec("worker", app.port));
    await ready("worker");
    const accepted: number[] = [];
    let refused = 0;
    let restarting: Promise<RealRedis> | null = null;
    for (let n = 0; n < 500; n += 1) {
      if (n === 200) {
        await redis.kill();
        const answer = await publish(httpPort, "things", { n: -1 });
        t.match(answer, {
          status: 500,
          json: {
            errorCode: "ERR_PUBSUB_PUBLISH_MESSAGE",
            message:
              /^error when publishing to topic things in pubsub agents-pubsub: redis streams: error from publish: /u,
          },
        });
        restarting = startRedis(t, dir, { port: redis.port });
      }
      // As a publisher that keeps its events until they are accepted.
      while ((await publish(httpPort, "things", { n })).status !== 204) {
        refused += 1;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      accepted.push(n);
    }
    redis = (await restarting) ?? redis;
    const since = performance.now();
    await eventually("all that was accepted is handled", () => accepted.every((n) => got.has(n)), 60_000);
    t.ok(performance.now() - since < 50_000, "and not after processingTimeout");
    t.ok(refused > 0);
    await untilAcknowledged(redis, "things", "worker");
    const texts = events.flatMap((event) => (event.type === "log" ? [event.text] : []));
    t.ok(texts.some((text) => /redis at .* is away/u.test(text)));
    t.ok(texts.some((text) => /redis at .* is back/u.test(text)));
  },
);

t.test("retries, dead letters and what was left behind are as on the bus", { skip: SKIP }, async (t) => {
  const dir = t.testdir({ ours: {} });
  const redis = await startRedis(t, dir);
  let broken = true;
  const app = await startApp(t, {
    subscribe: [
      subscription("things", { deadLetterTopic: "things.dead" }),
      { pubsubname: "agents-pubsub", topic: "things.dead", route: "/dead" },
    ],
    reply: ({ path, event }) => (path === "/things" && event["data"] === "bad" && broken ? 500 : 200),
  });
  const folder = join(dir, "ours");
  const components = [onRedis(redis, { consumerID: "group-of-{appID}" })];
  const first = await openHost(t, folder, { components });
  const { httpPort } = await first.host.start(spec("worker", app.port));
  await first.ready("worker");
  await publish(httpPort, "things", '"bad"');
  await first.until(() => app.received.some(({ path }) => path === "/dead"));
  const attempts = app.received.filter(({ path }) => path === "/things");
  t.equal(attempts.length, 6, "five retries");
  t.equal(app.received.at(-1)?.event["topic"], "things", "the dead letter is the event itself");
  const [event] = first.journal.events({});
  t.match(event?.event.deliveries, [{ agent: "worker", status: "dead", attempts: 6 }]);
  await untilAcknowledged(redis, "things", "group-of-worker");

  broken = false;
  t.same(await first.host.retry(event?.event.id ?? ""), { found: true, agents: ["worker"] });
  await first.until(() => app.received.filter(({ path }) => path === "/things").length === 7);
  t.same(await first.host.replay(event?.event.id ?? "", "worker"), { found: true, agents: ["worker"] });
  await first.until(() => app.received.filter(({ path }) => path === "/things").length === 8);

  // With the app when everything ends: it is pending in the group, and comes at once.
  await first.host.appGone("worker", 0);
  await publish(httpPort, "things", '"kept"');
  await eventually("it is handed out", async () => (await pending(redis, "things", "group-of-worker")) > 0);
  await first.close();
  const second = await openHost(t, folder, { components });
  await second.host.start(spec("worker", app.port));
  await second.ready("worker");
  await second.until(() => app.received.at(-1)?.event["data"] === "kept");
  await untilAcknowledged(redis, "things", "group-of-worker");
  const kept = second.journal.events({}).at(-1)?.event.deliveries;
  t.match(kept, [{ agent: "worker", status: "success", attempts: 1 }], "one delivery, the same as before");
});

t.test("a dead letter that Redis cannot take comes when it is back", { skip: SKIP }, async (t) => {
  const dir = t.testdir({ ours: {} });
  let redis = await startRedis(t, dir);
  const app = await startApp(t, {
    subscribe: [subscription("things", { deadLetterTopic: "things.dead" })],
    reply: async () => {
      await redis.kill();
      return 404;
    },
  });
  const folder = join(dir, "ours");
  const resources = join(dir, "resources");
  mkdirSync(resources);
  const file = join(resources, "bus.yaml");
  writeFileSync(file, yaml("agents-pubsub", "pubsub.redis", { redisHost: `127.0.0.1:${redis.port}` }));
  const first = await openHost(t, folder, { components: [], resources: [resources] });
  const { httpPort } = await first.host.start(spec("worker", app.port));
  await first.ready("worker");
  await publish(httpPort, "things", '"bad"');
  await first.until(() => first.journal.events({})[0]?.event.deliveries[0]?.status === "dead");
  // It waits for Redis; a component that goes meanwhile takes nothing down with it.
  rmSync(file);
  await first.until(() =>
    first.events.some((one) => one.type === "log" && one.text.includes("gone: agents")),
  );
  t.equal((await call(httpPort, "/v1.0/healthz/outbound")).status, 204);
  await first.close();
  t.notOk(first.events.some(({ type }) => type === "failed"));
  redis = await startRedis(t, dir, { port: redis.port });
  const second = await openHost(t, folder, { components: [onRedis(redis)] });
  const quiet = await startApp(t, {
    subscribe: [subscription("things", { deadLetterTopic: "things.dead" })],
    reply: () => 404,
  });
  await second.host.start(spec("worker", quiet.port));
  await second.ready("worker");
  // At least once: it may have been on its way when Redis was killed.
  await eventually("its copy is there", async () => (await entries(redis, "things.dead")).length > 0, 30_000);
  await untilAcknowledged(redis, "things", "worker");
});

t.test("a new group begins now, or with the stream where others may be in it", { skip: SKIP }, async (t) => {
  const dir = t.testdir({ own: {}, shared: {} });
  const redis = await startRedis(t, dir);
  await redis.connection.send("XADD", "things", "*", "data", '{"specversion":"1.0","id":"old","data":"old"}');
  for (const groups of ["own", "shared"] as const) {
    const app = await startApp(t, { subscribe: [subscription("things")] });
    const { host, until, ready } = await openHost(t, join(dir, groups), {
      components: [onRedis(redis, { maxLenApprox: "1000" })],
      groups,
    });
    const { httpPort } = await host.start(spec(groups, app.port));
    await ready(groups);
    await publish(httpPort, "things", `"for ${groups}"`);
    await until(() => app.received.some((got) => data(got) === `for ${groups}`));
    t.same(app.received.map(data), groups === "own" ? ["for own"] : ["old", "for own", "for shared"]);
    t.equal((await call(httpPort, "/v1.0/healthz/outbound")).status, 204);
  }
});
