import t from "tap";
import {
  PUBSUB,
  call,
  component,
  freePort,
  openHost,
  publish,
  spec,
  startApp,
  statuses,
  subscription,
} from "./kit.ts";

t.test("a subscription counts from the moment it is registered: no history", async (t) => {
  const app = await startApp(t, { subscribe: [subscription("x")] });
  const { host, journal, until, ready } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", app.port));
  await publish(httpPort, "x", { n: 1 });
  await ready("a");
  await publish(httpPort, "x", { n: 2 });
  await until(() => statuses(journal.events({})).includes("a:success:1"));
  t.same(statuses(journal.events({})), ["", "a:success:1"]);
});

t.test(
  "what an app was seen to listen to is kept over a restart, and ends when it no longer lists it",
  async (t) => {
    const stateDir = t.testdir();
    const port = await freePort();
    const one = await openHost(t, stateDir);
    const listed = await startApp(t, { port, subscribe: [subscription("x"), subscription("y")] });
    await one.host.start(spec("a", port));
    await one.ready("a");
    await one.close();
    await listed.close();

    const two = await openHost(t, stateDir);
    const { httpPort } = await two.host.start(spec("a", port));
    await publish(httpPort, "x", { n: 1 });
    await publish(httpPort, "y", { n: 2 });
    t.same(statuses(two.journal.events({})), ["a:pending:0", "a:pending:0"]);
    await startApp(t, { port, subscribe: [subscription("y")] });
    await two.ready("a");
    await two.until(() => statuses(two.journal.events({})).join() === "a:dropped:0,a:success:1");
    t.match(two.journal.events({})[0]?.event.deliveries[0]?.error, /no longer listens/);
  },
);

t.test("a declared topic that the app does not list keeps its events until it does", async (t) => {
  let subscribe = [subscription("other")];
  const app = await startApp(t, {
    handle: (request, response) => {
      if (request.url !== "/dapr/subscribe") return false;
      response.end(JSON.stringify(subscribe));
      return true;
    },
  });
  const { host, journal, events, until, ready } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", app.port, { subscribes: ["x"] }));
  await ready("a");
  await publish(httpPort, "x", {});
  await publish(httpPort, "other", {});
  await until(() => statuses(journal.events({})).join() === "a:pending:0,a:success:1");
  t.match(
    events.find((one) => one.type === "log"),
    { level: "warn", text: /x is declared in the config but/ },
  );
  subscribe = [subscription("x"), subscription("other")];
  await ready("a");
  await until(() => statuses(journal.events({})).join() === "a:success:1,a:success:1");
});

t.test("an answer that cannot be read leaves the subscriptions as they were", async (t) => {
  for (const subscribe of ["<html>", '{"a":1}', 500]) {
    let broken = false;
    const app = await startApp(t, {
      handle: (request, response) => {
        if (request.url !== "/dapr/subscribe") return false;
        if (broken && typeof subscribe === "number") response.statusCode = subscribe;
        response.end(broken ? String(subscribe) : JSON.stringify([subscription("x")]));
        return true;
      },
    });
    const { host, journal, events, until, ready } = await openHost(
      t,
      `${t.testdir()}/${String(subscribe).length}`,
    );
    const { httpPort } = await host.start(spec("a", app.port));
    await ready("a");
    broken = true;
    await host.appGone("a", 0);
    host.appReady("a");
    await until(() => events.some((one) => one.type === "log" && one.text.includes("stay as they were")));
    await publish(httpPort, "x", {});
    await until(() => statuses(journal.events({}))[0] === "a:success:1");
  }
  t.pass("all three");
});

t.test("a routing rule that cannot be parsed is said, and its events wait", async (t) => {
  const app = await startApp(t, {
    subscribe: [
      {
        pubsubname: "agents-pubsub",
        topic: "x",
        routes: { rules: [{ match: "event.type ==", path: "/x" }] },
      },
      subscription("y"),
    ],
  });
  const { host, journal, events, until, ready } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", app.port));
  await ready("a");
  t.match(
    events.find((one) => one.type === "log"),
    { level: "error", text: /the routing rules of x cannot be used \(found the end/ },
  );
  await publish(httpPort, "x", {});
  await publish(httpPort, "y", {});
  await until(() => statuses(journal.events({})).join() === "a:pending:0,a:success:1");
});

t.test("two apps that listen to one topic both get each event, each in its own time", async (t) => {
  const [a, b] = [
    await startApp(t, { subscribe: [subscription("x")] }),
    await startApp(t, { subscribe: [subscription("x")] }),
  ];
  const { host, journal, until, ready } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", a.port));
  await host.start(spec("b", b.port, { subscribes: ["x"] }));
  await ready("a");
  await publish(httpPort, "x", {});
  await until(() => statuses(journal.events({}))[0] === "a:success:1 b:pending:0");
  await ready("b");
  await until(() => statuses(journal.events({}))[0] === "a:success:1 b:success:1");
});

t.test("the subscriptions of an agent that left the config end", async (t) => {
  const { host, journal } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", await freePort(), { subscribes: ["x"] }));
  await host.start(spec("b", await freePort(), { subscribes: ["x"] }));
  await publish(httpPort, "x", { n: 1 });
  await host.forget("b");
  await publish(httpPort, "x", { n: 2 });
  t.same(statuses(journal.events({})), ["a:pending:0 b:dropped:0", "a:pending:0"]);
});

t.test("an app that asks for bulks gets bulks of one and its entry's status counts", async (t) => {
  const app = await startApp(t, {
    subscribe: [subscription("x", { bulkSubscribe: { enabled: true } })],
    reply: ({ text }, { received }) => {
      const entryId = /"entryId":"([^"]+)"/u.exec(text)?.[1];
      return {
        body: JSON.stringify({
          statuses: [{ entryId, status: received.length === 1 ? "RETRY" : "SUCCESS" }],
        }),
      };
    },
  });
  const { host, journal, until, ready } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", app.port));
  await ready("a");
  await publish(httpPort, "x", { n: 1 });
  await until(() => statuses(journal.events({}))[0] === "a:success:2");
  t.match(app.received[0]?.event, {
    type: "com.dapr.event.sent.bulk",
    topic: "x",
    entries: [{ contentType: "application/cloudevents+json", event: { data: { n: 1 } } }],
  });
});

t.test("metadata lists components and subscriptions, and the API shuts the sidecar down", async (t) => {
  const app = await startApp(t, { subscribe: [subscription("x", { deadLetterTopic: "d" })] });
  const { host, events, until, ready } = await openHost(t, t.testdir(), {
    components: [PUBSUB, component("statestore", "s")],
  });
  const { httpPort } = await host.start(spec("a", app.port));
  t.match((await call(httpPort, "/v1.0/healthz")).json, { errorCode: "ERR_HEALTH_NOT_READY" });
  t.equal((await call(httpPort, "/v1.0/healthz/outbound")).status, 204);
  await ready("a");
  t.match((await call(httpPort, "/v1.0/metadata")).json, {
    id: "a",
    components: [
      { name: "agents-pubsub", type: "pubsub.agents", version: "v1" },
      { name: "s", type: "state.sqlite", capabilities: ["ETAG", "TRANSACTIONAL", "TTL"] },
    ],
    subscriptions: [
      {
        pubsubname: "agents-pubsub",
        topic: "x",
        rules: [{ path: "/x" }],
        deadLetterTopic: "d",
        type: "PROGRAMMATIC",
      },
    ],
    appConnectionProperties: { port: app.port, protocol: "http" },
  });
  t.equal((await call(httpPort, "/v1.0/shutdown", { method: "POST" })).status, 204);
  await until(() => events.some((one) => one.type === "stopped" && one.appId === "a"));
  await t.rejects(call(httpPort, "/v1.0/healthz"));
});

t.test(
  "agents that are not started keep their events, and those that left the config lose theirs",
  async (t) => {
    const stateDir = t.testdir();
    const one = await openHost(t, stateDir);
    await one.host.configure([
      { appId: "idle", subscribes: ["x"] },
      { appId: "left", subscribes: ["x"] },
    ]);
    const { httpPort } = await one.host.start(spec("a", await freePort()));
    await publish(httpPort, "x", { n: 1 });
    t.same(statuses(one.journal.events({})), ["idle:pending:0 left:pending:0"]);
    await one.host.configure([{ appId: "idle", subscribes: ["x"] }]);
    await one.until(() => statuses(one.journal.events({})).join() === "idle:pending:0 left:dropped:0");
    t.match(one.journal.events({})[0]?.event.deliveries[1]?.error, /left the config/);
  },
);
