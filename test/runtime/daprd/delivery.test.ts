import t from "tap";
import { publish, startApp, subscription, type Reply } from "../sidecar/kit.ts";
import { tailStreams } from "../../../src/runtime/resources/sidecar/daprd/redis/tail-streams.ts";
import type { TailRecord } from "../../../src/runtime/resources/sidecar/daprd/redis/stream-entry.ts";
import { turn } from "./gate-kit.ts";
import { SKIP, startRedis, startSidecar, told } from "./kit.ts";

const DEAD = "agents.deadletter.worker";

t.test("what a daprd delivers is recorded with its outcome", { skip: SKIP }, async (t) => {
  const dir = t.testdir();
  const redis = await startRedis(t, dir);
  const replies: Record<string, Reply[]> = {
    retried: [{ body: '{"status":"RETRY"}' }, 500],
    dropped: [{ body: '{"status":"DROP"}' }],
    missing: [404],
  };
  const app = await startApp(t, {
    subscribe: [subscription("things", { deadLetterTopic: DEAD })],
    reply: ({ event }) => replies[String(event["data"])]?.shift() ?? 200,
  });
  const { httpPort, records, until } = await startSidecar(t, {
    agent: "worker",
    appPort: app.port,
    dir,
    redis,
  });
  const outcome = async (name: string): Promise<string[]> => {
    const before = records.length;
    const answer = await publish(httpPort, "things", JSON.stringify(name));
    t.equal(answer.status, 204);
    const last = (): string | undefined => records.at(-1)?.change.status;
    await until(() => records.length > before && !["retrying", "delivering"].includes(last() ?? ""));
    return told(records.slice(before));
  };
  t.same(await outcome("fine"), ["success:1"]);
  t.same(await outcome("retried"), ["retrying:1", "retrying:2", "success:3"]);
  t.same(await outcome("dropped"), ["dropped:1"]);
  t.same(await outcome("missing"), ["dropped:1"]);
  const [first, second] = records;
  t.match(first?.event, {
    pubsub: "agents-pubsub",
    topic: "things",
    type: "things",
    source: "worker",
    raw: false,
  });
  t.equal(first?.agent, "worker");
  t.ok((first?.change.durationMs ?? 0) > 0, "with the time that the app took");
  t.equal(second?.change.error, "the app answered RETRY");
  t.match(app.received[0]?.headers, { "content-type": "application/cloudevents+json" });
});

t.test(
  "what fails for good is dead, and its copy on the dead-letter topic is recorded",
  { skip: SKIP },
  async (t) => {
    const dir = t.testdir();
    const redis = await startRedis(t, dir);
    const app = await startApp(t, {
      subscribe: [
        subscription("things", { deadLetterTopic: DEAD }),
        { pubsubname: "agents-pubsub", topic: DEAD, route: "/dead" },
      ],
      reply: ({ path }) => (path === "/dead" ? 200 : { status: 500, body: "no model" }),
    });
    const { httpPort, records, until } = await startSidecar(t, {
      agent: "worker",
      appPort: app.port,
      dir,
      redis,
    });
    const published: TailRecord[] = [];
    const tail = await tailStreams({
      url: redis.url,
      pubsub: "agents-pubsub",
      topics: ["things", DEAD],
      positions: {},
      discover: null,
      onRecords: (more) => void published.push(...more),
      onError: (message) => message !== null && t.fail(message),
    });
    t.teardown(async () => await tail[Symbol.asyncDispose]());
    await publish(httpPort, "things", { n: 1 });
    await until(() => records.some(({ deadLetterOf }) => deadLetterOf !== null));
    const own = records.filter(({ deadLetterOf }) => deadLetterOf === null);
    t.same(told(own), ["retrying:1", "retrying:2", "retrying:3", "retrying:4", "retrying:5", "dead:6"]);
    t.equal(own.at(-1)?.change.error, "the app answered 500: no model");
    t.match(records.at(-1), {
      deadLetterOf: "things",
      event: { topic: DEAD },
      change: { status: "success" },
    });
    while (published.length < 2) await turn();
    t.match(published, [
      { stream: "things", deadLetter: null, event: { topic: "things" } },
      { stream: DEAD, deadLetter: { topic: DEAD, agent: "worker" }, event: { topic: "things" } },
    ]);
    const ids = new Set([...published, ...records].map(({ event }) => event.id));
    t.equal(ids.size, 1, "all of it is one event");
    t.same(published[0]?.event.body, published[1]?.event.body, "as the bytes that were published");
  },
);

t.test("bulks and raw payloads are recorded as the events that they are", { skip: SKIP }, async (t) => {
  const dir = t.testdir();
  const redis = await startRedis(t, dir);
  const app = await startApp(t, {
    subscribe: [
      subscription("many", {
        bulkSubscribe: { enabled: true, maxMessagesCount: 10, maxAwaitDurationMs: 100 },
      }),
      subscription("raw", { metadata: { rawPayload: "true" } }),
    ],
    reply: ({ path, event }) => {
      if (path === "/raw") return 200;
      const entries = event["entries"] as { entryId: string; event: { data: string } }[];
      const statuses = entries.map(({ entryId, event: { data } }) => ({
        entryId,
        status: data === "bad" ? "DROP" : "SUCCESS",
      }));
      return { body: JSON.stringify({ statuses }) };
    },
  });
  const { httpPort, records, until } = await startSidecar(t, {
    agent: "worker",
    appPort: app.port,
    dir,
    redis,
  });
  const published: TailRecord[] = [];
  const tail = await tailStreams({
    url: redis.url,
    pubsub: "agents-pubsub",
    topics: ["raw"],
    positions: {},
    discover: null,
    onRecords: (more) => void published.push(...more),
    onError: () => undefined,
  });
  t.teardown(async () => await tail[Symbol.asyncDispose]());
  for (const data of ["good", "bad", "fine"]) await publish(httpPort, "many", JSON.stringify(data));
  await until(() => records.filter(({ change }) => change.status !== "delivering").length >= 3);
  const outcomes = records.map(({ event, change }) => `${dataIn(event.body)} ${change.status}`);
  t.same(outcomes.toSorted(), ["bad dropped", "fine success", "good success"]);
  records.length = 0;
  await publish(httpPort, "raw", '{"plain": 12345678901234567890}', {}, "?metadata.rawPayload=true");
  await until(() => records.length === 1);
  const raw = records[0]?.event;
  t.equal(Buffer.from(raw?.body ?? []).toString(), '{"plain": 12345678901234567890}');
  t.equal(raw?.raw, true);
  while (published.length < 1) await turn();
  t.equal(
    published[0]?.event.id,
    raw?.id,
    "the same event for who sees it published and who sees it delivered",
  );
});

function dataIn(body: Uint8Array): string {
  const envelope = JSON.parse(Buffer.from(body).toString()) as { data: string };
  return envelope.data;
}
