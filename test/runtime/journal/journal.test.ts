import { spawn } from "node:child_process";
import t from "tap";
import { openJournal } from "../../../src/runtime/journal/open-journal.ts";
import type { SidecarHost } from "../../../src/runtime/resources/sidecar/sidecar-host.ts";
import { firstText, freePort, openHost, spec, startApp, statuses, subscription } from "../sidecar/kit.ts";

interface Standard {
  readonly id: string;
  readonly eventType: string;
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly payload?: unknown;
}

/** Publishes a standard event as the data of a CloudEvent that mirrors it. */
async function send(
  host: SidecarHost,
  { id, eventType, correlationId = "c", causationId = "c", payload = {} }: Standard,
): Promise<void> {
  const data = {
    id,
    eventType,
    subject: "s",
    eventTime: "2026-01-01T00:00:00Z",
    dataVersion: "1.0",
    metadataVersion: "1",
    data: { correlationId, causationId, agentId: "x", payload },
  };
  const event = {
    specversion: "1.0",
    id,
    type: eventType,
    source: "/agents/x",
    subject: "s",
    datacontenttype: "application/json",
    data,
  };
  await host.publish({
    pubsub: "agents-pubsub",
    topic: eventType,
    body: JSON.stringify(event),
    contentType: "application/cloudevents+json",
    raw: false,
  });
}

t.test("an event is shown with its facts, deliveries and the data of the standard event", async (t) => {
  const { host, journal } = await openHost(t, t.testdir());
  await host.start(spec("a", await freePort(), { subscribes: ["t.one"] }));
  await send(host, {
    id: "e1",
    eventType: "t.one",
    correlationId: "c1",
    causationId: "c1",
    payload: { n: 1 },
  });
  t.match(journal.events({}), [
    {
      position: Number,
      event: {
        id: "e1",
        eventType: "t.one",
        topic: "t.one",
        source: "/agents/x",
        subject: "s",
        correlationId: "c1",
        causationId: "c1",
        time: /^\d{4}-\d\d-\d\dT.*Z$/,
        deliveries: [{ agent: "a", status: "pending", attempts: 0, durationMs: null, error: null }],
        data: { correlationId: "c1", causationId: "c1", agentId: "x", payload: { n: 1 } },
      },
    },
  ]);
});

t.test("lists filter by type glob, correlation, id and position, newest limit, oldest first", async (t) => {
  const { host, journal } = await openHost(t, t.testdir());
  for (let n = 0; n < 10; n += 1)
    await send(host, {
      id: `e${n}`,
      eventType: n % 2 === 0 ? "a.even" : "a[odd]?",
      correlationId: `c${n % 3}`,
    });
  const ids = (query: Parameters<typeof journal.events>[0]): string[] =>
    journal.events(query).map(({ event }) => event.id);
  t.same(ids({ type: "a.*" }), ["e0", "e2", "e4", "e6", "e8"]);
  t.same(ids({ type: "a[odd]?" }), ["e1", "e3", "e5", "e7", "e9"], "only * is special");
  t.same(ids({ type: "*" }).length, 10);
  t.same(ids({ correlation: "c1" }), ["e1", "e4", "e7"]);
  t.same(ids({ correlation: "c1", limit: 2 }), ["e4", "e7"]);
  t.same(ids({ id: "e5" }), ["e5"]);
  t.same(ids({ id: "nope" }), []);
  t.same(ids({ limit: 3 }), ["e7", "e8", "e9"]);
  const position = journal.events({ id: "e7" })[0]?.position ?? 0;
  t.same(ids({ after: position }), ["e8", "e9"]);
});

t.test(
  "the flow of an event is the tree of what it caused, settled once every delivery is final",
  async (t) => {
    const app = await startApp(t, { subscribe: [subscription("one"), subscription("two")] });
    const { host, journal, until, ready } = await openHost(t, t.testdir());
    await host.start(spec("a", app.port, { subscribes: ["one", "two"] }));
    await send(host, { id: "root", eventType: "one" });
    await send(host, { id: "child", eventType: "two", causationId: "root" });
    await send(host, { id: "sibling", eventType: "three", causationId: "root" });
    await send(host, { id: "grandchild", eventType: "three", causationId: "child" });
    await send(host, { id: "stranger", eventType: "three", causationId: "other" });
    t.match(journal.flow("root"), { correlationId: "c", settled: false });
    await ready("a");
    await until(() => journal.flow("root")?.settled === true);
    t.match(journal.flow("root"), {
      id: "root",
      eventType: "one",
      deliveries: [{ agent: "a", status: "success" }],
      caused: [
        {
          id: "child",
          deliveries: [{ status: "success" }],
          caused: [{ id: "grandchild", deliveries: [], caused: [] }],
        },
        { id: "sibling", caused: [] },
      ],
    });
    t.equal(journal.flow("root")?.caused.length, 2);
    t.equal(journal.flow("nope"), null);
  },
);

t.test("ids that go round in a circle are shown once", async (t) => {
  const { host, journal } = await openHost(t, t.testdir());
  await send(host, { id: "a", eventType: "x", causationId: "b" });
  await send(host, { id: "b", eventType: "x", causationId: "a" });
  t.match(journal.flow("a"), { id: "a", caused: [{ id: "b", caused: { length: 0 } }] });
});

t.test("an event that is published twice under one id is one event, its deliveries merged", async (t) => {
  const app = await startApp(t, { subscribe: [subscription("one")] });
  const { host, journal, until } = await openHost(t, t.testdir());
  await host.start(spec("a", app.port, { subscribes: ["one"] }));
  await send(host, { id: "root", eventType: "zero" });
  await send(host, { id: "twice", eventType: "one", causationId: "root" });
  const first = journal.events({ id: "twice" })[0]?.position;
  await send(host, { id: "twice", eventType: "one", causationId: "root" });
  host.appReady("a");
  await until(() => statuses(journal.events({ id: "twice" }))[0] === "a:success:2");
  t.same(
    journal.events({ id: "twice" }).map((one) => one.position),
    [first],
  );
  t.equal(journal.flow("root")?.caused.length, 1);
  t.equal(app.received.length, 2, "at least once: the inbox of the agent sorts it out");
});

t.test("a follower sees each event once for every change, and nothing from before its cursor", async (t) => {
  const app = await startApp(t, { subscribe: [subscription("one")] });
  const { host, journal, until } = await openHost(t, t.testdir());
  await host.start(spec("a", app.port, { subscribes: ["one"] }));
  await send(host, { id: "before", eventType: "two" });
  let { cursor, events } = journal.changesSince(Number.MAX_SAFE_INTEGER, {});
  t.same(events, [], "a cursor beyond the end is the end");
  await send(host, { id: "e1", eventType: "one" });
  await send(host, { id: "e2", eventType: "two" });
  ({ cursor, events } = journal.changesSince(cursor, {}));
  t.same(
    events.map(({ event }) => event.id),
    ["e1", "e2"],
  );
  t.same(journal.changesSince(cursor, {}), { cursor, events: [] });
  host.appReady("a");
  await until(() => statuses(journal.events({ id: "e1" }))[0] === "a:success:1");
  ({ cursor, events } = journal.changesSince(cursor, {}));
  t.same(statuses(events), ["a:success:1"]);
  await send(host, { id: "e3", eventType: "one" });
  t.same(journal.changesSince(cursor, { type: "two" }).events, [], "the filter holds for changes too");
  t.same(
    journal.changesSince(0, { type: "two" }).events.map(({ event }) => event.id),
    ["before", "e2"],
  );
});

t.test("a follower that is far behind gets everything in pages", async (t) => {
  const { host, journal } = await openHost(t, t.testdir());
  await host.start(spec("a", await freePort(), { subscribes: ["one"] }));
  await Promise.all(Array.from({ length: 2500 }, (_, n) => send(host, { id: `e${n}`, eventType: "one" })));
  const seen = new Set<string>();
  let pages = 0;
  for (let cursor = 0; ; pages += 1) {
    const next = journal.changesSince(cursor, {});
    for (const { event } of next.events) seen.add(event.id);
    if (next.cursor === cursor) break;
    cursor = next.cursor;
  }
  t.equal(seen.size, 2500);
  t.ok(pages > 1, `${pages} pages`);
});

t.test(
  "a replay delivers an event again, to all or to one; a retry puts its dead deliveries back in line",
  async (t) => {
    let healthy = false;
    const a = await startApp(t, { subscribe: [subscription("one")], reply: () => (healthy ? 200 : 500) });
    const b = await startApp(t, { subscribe: [subscription("one")] });
    const { host, journal, until } = await openHost(t, t.testdir());
    await host.start(spec("a", a.port, { subscribes: ["one"] }));
    await host.start(spec("b", b.port, { subscribes: ["one"] }));
    host.appReady("a");
    host.appReady("b");
    await send(host, { id: "e", eventType: "one" });
    const status = (): string | undefined => statuses(journal.events({ id: "e" }))[0];
    await until(() => status() === "a:dead:6 b:success:1");
    t.equal(journal.events({ dead: true }).length, 1);

    t.match(await host.retry("nope"), { found: false, reason: /no event nope/ });
    t.match(await host.replay("e", "c"), { found: false, reason: "c does not listen to one (a, b do)" });
    healthy = true;
    t.same(await host.retry("e"), { found: true, agents: ["a"] });
    await until(() => status() === "a:success:1 b:success:1");
    t.same(journal.events({ dead: true }), []);
    t.match(await host.retry("e"), { found: false, reason: /no dead delivery/ });

    t.same(await host.replay("e", "b"), { found: true, agents: ["b"] });
    await until(() => status() === "a:success:1 b:success:2");
    t.match(await host.replay("e", null), { found: true });
    await until(() => status() === "a:success:2 b:success:3");
    t.same(a.received.at(-1)?.text, b.received.at(-1)?.text);
  },
);

t.test(
  "a journal that does not exist is empty, is found once it does, and is read after the run",
  async (t) => {
    const stateDir = t.testdir();
    const early = openJournal(stateDir);
    t.teardown(() => early[Symbol.dispose]());
    t.same(early.events({}), []);
    t.equal(early.flow("e"), null);
    t.same(early.changesSince(0, {}), { cursor: 0, events: [] });
    const { host, close } = await openHost(t, stateDir);
    await send(host, { id: "e", eventType: "one" });
    t.equal(early.events({}).length, 1);
    await close();
    const late = openJournal(stateDir);
    t.teardown(() => late[Symbol.dispose]());
    t.equal(late.events({}).length, 1);
  },
);

t.test("another process reads the journal while it is written", async (t) => {
  const stateDir = t.testdir();
  const { host } = await openHost(t, stateDir);
  await send(host, { id: "e", eventType: "one" });
  const module = new URL("../../../src/runtime/journal/open-journal.ts", import.meta.url).href;
  const script = `const { openJournal } = await import(${JSON.stringify(module)}); process.stdout.write(openJournal(${JSON.stringify(stateDir)}).events({})[0].event.id)`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.equal(await firstText(child.stdout), "e");
});

t.test("numbers beyond 2^53 are shown as they were written", async (t) => {
  const { host, journal } = await openHost(t, t.testdir());
  const body =
    '{"specversion":"1.0","id":"big","type":"x","source":"s","data":{"n":12345678901234567890,"list":[1.10000000000000000001]}}';
  await host.publish({
    pubsub: "agents-pubsub",
    topic: "x",
    body,
    contentType: "application/cloudevents+json",
    raw: false,
  });
  t.equal(
    JSON.stringify(journal.events({})[0]?.event.data),
    '{"n":12345678901234567890,"list":[1.10000000000000000001]}',
  );
});

t.test("events that are no standard events are shown as what they are", async (t) => {
  const { host, journal } = await openHost(t, t.testdir());
  const send1 = (body: string, contentType: string, raw = false): Promise<void> =>
    host.publish({ pubsub: "agents-pubsub", topic: "x", body, contentType, raw });
  await send1('{"a":1}', "application/json");
  await send1("text", "text/plain");
  await send1('{"raw":true}', "application/json", true);
  await send1("not json", "text/plain", true);
  t.same(
    journal.events({}).map(({ event }) => [event.eventType, event.data, event.correlationId]),
    [
      ["x", { a: 1 }, null],
      ["x", "text", null],
      ["x", { raw: true }, null],
      ["x", "not json", null],
    ],
  );
});

t.test("a CloudEvent that is published raw is known by what it says of itself", async (t) => {
  const { host, journal } = await openHost(t, t.testdir());
  const event = { specversion: "1.0", id: "own", type: "its.type", source: "/its", subject: "sub", data: 1 };
  await host.publish({
    pubsub: "agents-pubsub",
    topic: "x",
    body: JSON.stringify(event),
    contentType: "application/cloudevents+json",
    raw: true,
  });
  t.match(journal.events({ id: "own" }), [
    { event: { id: "own", eventType: "its.type", topic: "x", source: "/its", subject: "sub" } },
  ]);
});
