import t from "tap";
import {
  type Reply,
  dataOf,
  freePort,
  numbersOf,
  openHost,
  publish,
  spec,
  startApp,
  statuses,
  subscription,
} from "./kit.ts";

/** Each row: what the app answers, and what becomes of the delivery (Dapr's rules). */
const ANSWERS: readonly (readonly [name: string, reply: Reply, outcome: string])[] = [
  ["200 and nothing", 200, "a:success:1"],
  ["204", 204, "a:success:1"],
  ["SUCCESS", { body: '{"status":"SUCCESS"}' }, "a:success:1"],
  ["an empty status", { body: '{"status":""}' }, "a:success:1"],
  ["an object without status", { body: '{"ok":true}' }, "a:success:1"],
  ["2xx that is no JSON", { status: 202, body: "<html>" }, "a:success:1"],
  ["DROP", { body: '{"status":"DROP"}' }, "a:dropped:1"],
  ["404", 404, "a:dropped:1"],
  ["RETRY", { body: '{"status":"RETRY"}' }, "a:dead:6"],
  ["an unknown status", { body: '{"status":"MAYBE"}' }, "a:dead:6"],
  ["a lower-case status", { body: '{"status":"success"}' }, "a:dead:6"],
  ["500", { status: 500, body: '{"status":"SUCCESS"}' }, "a:dead:6"],
  ["400", 400, "a:dead:6"],
  ["a redirect", 302, "a:dead:6"],
  ["a connection that breaks", "break", "a:dead:6"],
];

for (const [name, reply, outcome] of ANSWERS) {
  t.test(`an app that answers ${name} ends in ${outcome}`, async (t) => {
    const app = await startApp(t, { subscribe: [subscription("x")], reply: () => reply });
    const { host, journal, until, ready } = await openHost(t, t.testdir());
    const { httpPort } = await host.start(spec("a", app.port));
    await ready("a");
    t.equal((await publish(httpPort, "x", { n: 1 })).status, 204);
    await until(() => statuses(journal.events({}))[0] === outcome);
    t.equal(app.received.length, Number(outcome.split(":")[2]));
  });
}

t.test("an app that does not answer in time counts as a failed attempt", async (t) => {
  const app = await startApp(t, { subscribe: [subscription("x")], reply: () => "hang" });
  const { host, journal, until } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", app.port, { subscribes: ["x"], deliveryTimeoutMs: 30 }));
  host.appReady("a");
  await publish(httpPort, "x", {});
  await until(() => statuses(journal.events({}))[0] === "a:dead:6");
  t.match(journal.events({})[0]?.event.deliveries[0]?.error, /no answer after 0.03 s/);
});

t.test("deliveries start in publish order, and one at a time where concurrency is 1", async (t) => {
  let running = 0;
  let most = 0;
  const app = await startApp(t, {
    subscribe: [subscription("x")],
    reply: async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return 200;
    },
  });
  const { host, journal, until } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", app.port, { subscribes: ["x"], concurrency: 1 }));
  for (let n = 0; n < 300; n += 1) await publish(httpPort, "x", { n });
  t.equal(app.received.length, 0, "nothing is delivered before the app is ready");
  host.appReady("a");
  await until(() => statuses(journal.events({ limit: 1000 })).every((one) => one === "a:success:1"));
  t.same(
    numbersOf(app),
    Array.from({ length: 300 }, (_, n) => n),
  );
  t.equal(most, 1);
});

t.test("up to ten are with the app at once, started in order", async (t) => {
  const waiting: (() => void)[] = [];
  const app = await startApp(t, {
    subscribe: [subscription("x")],
    reply: () => new Promise((resolve) => waiting.push(() => resolve(200))),
  });
  const { host, journal, until } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", app.port, { subscribes: ["x"] }));
  host.appReady("a");
  for (let n = 0; n < 25; n += 1) await publish(httpPort, "x", { n });
  await until(() => statuses(journal.events({})).filter((one) => one === "a:delivering:0").length === 10);
  t.equal(app.received.length, 10);
  t.same(
    numbersOf(app).toSorted((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  const release = setInterval(() => waiting.shift()?.(), 1);
  t.teardown(() => clearInterval(release));
  await until(() => statuses(journal.events({})).every((one) => one === "a:success:1"));
});

t.test("an event that fails leaves the lane and holds up nobody", async (t) => {
  const app = await startApp(t, {
    subscribe: [subscription("x")],
    reply: (one) => (dataOf(one, "bad") === true ? 500 : 200),
  });
  const { host, journal, until } = await openHost(t, t.testdir(), {
    retry: { retries: 1, firstMs: 5_000, lastMs: 5_000 },
  });
  const { httpPort } = await host.start(spec("a", app.port, { subscribes: ["x"], concurrency: 1 }));
  host.appReady("a");
  await publish(httpPort, "x", { bad: true });
  for (let n = 0; n < 20; n += 1) await publish(httpPort, "x", { n });
  await until(() => statuses(journal.events({})).filter((one) => one === "a:success:1").length === 20);
  t.equal(
    statuses(journal.events({}))[0],
    "a:retrying:1",
    "the others were handled while it waits for its retry",
  );
  await until(() => statuses(journal.events({}))[0] === "a:dead:2");
});

t.test("a dead event goes to the dead-letter topic as the bytes that were delivered", async (t) => {
  const app = await startApp(t, {
    subscribe: [subscription("x", { deadLetterTopic: "x.dead" }), subscription("x.dead")],
    reply: ({ path }) => (path === "/x" ? 500 : 200),
  });
  const { host, journal, until, ready } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", app.port));
  await ready("a");
  const published = ['{"big":12345678901234567890,"letters":"äé☃😀"}', `{"long":"${"☃".repeat(10_000)}"}`];
  for (const data of published) await publish(httpPort, "x", data);
  await until(
    () =>
      journal
        .events({})
        .filter(({ event }) => event.topic === "x.dead" && event.deliveries[0]?.status === "success")
        .length === published.length,
  );
  for (const data of published) {
    const sent = app.received.filter(({ text }) => text.includes(data));
    t.same(new Set(sent.map(({ path }) => path)), new Set(["/x", "/x.dead"]));
    t.equal(new Set(sent.map(({ text }) => text)).size, 1);
  }
  const dead = app.received.find((one) => one.path === "/x.dead");
  t.equal(dead?.event["topic"], "x", "the envelope names the topic it came from");
  t.same(statuses(journal.events({ dead: true })), ["a:dead:6", "a:dead:6"]);
});

/** Each row: why an event is not handled, though no retry is left to it, and what the journal says of it. */
const NOT_HANDLED: readonly (readonly [what: string, subscription: object, reply: Reply, why: RegExp])[] = [
  ["the app answers DROP", {}, { body: '{"status":"DROP"}' }, /^the app answered DROP$/],
  [
    "the app answers DROP and says why",
    {},
    { body: '{"status":"DROP","reason":"no such account"}' },
    /^the app answered DROP: no such account$/,
  ],
  ["the app answers 404", {}, 404, /answered 404/],
  [
    "no rule fits",
    { route: "", routes: { rules: [{ match: "false", path: "/x" }] } },
    200,
    /no routing rule/,
  ],
];

for (const [what, more, reply, why] of NOT_HANDLED) {
  t.test(
    `with a dead-letter topic an event is dead where ${what}, and a retry delivers it again`,
    async (t) => {
      let mended = false;
      const answer = (path: string): Reply => (path === "/x" && !mended ? reply : 200);
      const app = await startApp(t, {
        subscribe: [subscription("x", { ...more, deadLetterTopic: "x.dead" }), subscription("x.dead")],
        reply: ({ path }) => answer(path),
      });
      const { host, journal, until, ready } = await openHost(t, t.testdir());
      const { httpPort } = await host.start(spec("a", app.port));
      await ready("a");
      await publish(httpPort, "x", { n: 1 });
      const copy = (): string | undefined =>
        journal.events({}).find(({ event }) => event.topic === "x.dead")?.event.deliveries[0]?.status;
      await until(() => copy() === "success");
      const [dead] = journal.events({ dead: true });
      t.match(dead?.event.deliveries, [{ agent: "a", status: "dead", error: why }]);
      const { id = "" } = dead?.event ?? {};
      const { length } = app.received;
      mended = true;
      t.match(await host.retry(id), { found: true, agents: ["a"] });
      if (what === "no rule fits") return;
      await until(() => journal.events({ id })[0]?.event.deliveries[0]?.status === "success");
      t.equal(app.received.length, length + 1);
    },
  );
}

t.test("what is dropped on the dead-letter topic itself goes nowhere, and says so", async (t) => {
  const app = await startApp(t, {
    subscribe: [subscription("x", { deadLetterTopic: "x" })],
    reply: () => ({ body: '{"status":"DROP"}' }),
  });
  const { host, journal, until, ready } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", app.port));
  await ready("a");
  await publish(httpPort, "x", { n: 1 });
  // The event went to its dead-letter topic once; the copy on it was dropped.
  await until(() => app.received.length === 2 && statuses(journal.events({}))[0] === "a:dropped:2");
});

t.test("a connection that is refused is no attempt: the delivery waits until the app listens", async (t) => {
  const port = await freePort();
  const { host, journal, until } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", port, { subscribes: ["x"] }));
  const first = await startApp(t, { port, subscribe: [subscription("x")] });
  host.appReady("a");
  await publish(httpPort, "x", { n: 0 });
  await until(() => statuses(journal.events({}))[0] === "a:success:1");
  await first.close();
  for (let n = 1; n <= 5; n += 1) await publish(httpPort, "x", { n });
  const second = await startApp(t, { port, subscribe: [subscription("x")] });
  await until(() => statuses(journal.events({})).every((one) => one === "a:success:1"));
  t.same(numbersOf(second), [1, 2, 3, 4, 5]);
});

t.test(
  "while the app is held nothing is delivered, and a break that the runtime caused does not count",
  async (t) => {
    const waiting: (() => void)[] = [];
    const app = await startApp(t, {
      subscribe: [subscription("x")],
      reply: (one, { received }) =>
        dataOf(one, "slow") === true && received.length === 1
          ? new Promise((resolve) => waiting.push(() => resolve("break")))
          : 200,
    });
    const { host, journal, until } = await openHost(t, t.testdir());
    const { httpPort } = await host.start(spec("a", app.port, { subscribes: ["x"] }));
    host.appReady("a");
    await publish(httpPort, "x", { slow: true });
    await until(() => app.received.length === 1 && statuses(journal.events({}))[0] === "a:delivering:0");
    const gone = host.appGone("a", 5000);
    await publish(httpPort, "x", { n: 1 });
    waiting.shift()?.();
    await gone;
    await until(() => statuses(journal.events({})).every((one) => one === "a:pending:0"));
    t.equal(app.received.length, 1);
    host.appReady("a");
    await until(() => statuses(journal.events({})).every((one) => one === "a:success:1"));
    t.equal(app.received.length, 3);
  },
);

t.test("an event that expires while it waits for a retry is not delivered again", async (t) => {
  const app = await startApp(t, {
    subscribe: [subscription("x", { deadLetterTopic: "d" }), subscription("d")],
    reply: (one) => (dataOf(one, "n") === 3 ? 200 : 500),
  });
  const { host, journal, until, ready } = await openHost(t, t.testdir(), {
    retry: { retries: 1000, firstMs: 20, lastMs: 20 },
  });
  const { httpPort } = await host.start(spec("a", app.port));
  await ready("a");
  await publish(httpPort, "x", { n: 1 }, {}, "?metadata.ttlInSeconds=1");
  await publish(httpPort, "x", { n: 2 }, {}, "?metadata.ttlInSeconds=1&metadata.rawPayload=true");
  await publish(httpPort, "x", { n: 3 }, {}, "?metadata.ttlInSeconds=100");
  const outcomes = (): string =>
    journal
      .events({ type: "x" })
      .filter(({ event }) => event.topic === "x")
      .map(({ event }) => event.deliveries[0]?.status)
      .join();
  await until(() => outcomes() === "expired,expired,success");
  t.match(journal.events({})[0]?.event.deliveries[0]?.error, /it expired at 20/);
  t.match(app.received.find((one) => dataOf(one, "n") === 3)?.event["expiration"], /^20.*Z$/);
  t.same(
    app.received.filter((one) => one.path === "/d"),
    [],
    "its dead letter has expired as well",
  );
});

t.test("a chain of more than 32 events is cut and says so", async (t) => {
  const app = await startApp(t, { subscribe: [subscription("x", { deadLetterTopic: "d" })] });
  const { host, journal, until, ready } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", app.port));
  await ready("a");
  const send = (agentsdepth: number): Promise<unknown> =>
    publish(
      httpPort,
      "x",
      { specversion: "1.0", id: `d${agentsdepth}`, source: "s", type: "x", agentsdepth, data: 1 },
      { "content-type": "application/cloudevents+json" },
    );
  await send(32);
  await send(33);
  await until(() => statuses(journal.events({ id: "d32" }))[0] === "a:success:1");
  t.same(statuses(journal.events({ id: "d33" })), ["a:dead:0"]);
  t.match(journal.events({ id: "d33" })[0]?.event.deliveries[0]?.error, /33 of a chain/);
  t.equal(app.received.length, 1);
});
