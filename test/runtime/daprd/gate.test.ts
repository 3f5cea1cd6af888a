import { request } from "node:http";
import t from "tap";
import { call, freePort, startApp, subscription } from "../sidecar/kit.ts";
import { connectionsOf, envelope, openGate, turn, untilOpen } from "./gate-kit.ts";
import { told } from "./kit.ts";

t.test(
  "a delivery waits for an app that is away; after its time the sidecar is told to try again",
  async (t) => {
    let away = 0;
    const app = await startApp(t, { subscribe: [subscription("things")] });
    const { gate, port, records, deliver, subscribe } = await openGate(t, app.port, {
      holdMs: 200,
      onAway: () => (away += 1),
    });
    await untilOpen(port);
    await subscribe();
    await gate.appGone(100);
    const [held] = await Promise.all([deliver("held"), app.close()]);
    t.equal(held.status, 503);
    t.equal(away, 1, "and whoever runs the sidecar is told that the app is away");
    t.same(told(records), [], "the app never had it: that was no attempt");
    const waiting = deliver("later");
    const next = await startApp(t, { port: app.port, subscribe: [subscription("things")] });
    gate.appReady();
    t.equal((await waiting).status, 200);
    t.same(told(records), ["success:1"]);
    t.equal(next.received.length, 1);
    await t.rejects(
      (async () => {
        await gate.appGone(0);
        await call(port, "/health");
      })(),
      { code: "ECONNRESET" },
      "what is no delivery finds nobody there",
    );
  },
);

t.test(
  "what the runtime's own stop cut off is delivered again, and is no attempt; what a crash cut off is one",
  async (t) => {
    const app = await startApp(t, { subscribe: [subscription("things")], reply: () => "hang" });
    const { gate, port, records, deliver, subscribe } = await openGate(t, app.port);
    await untilOpen(port);
    await subscribe();
    const cut = deliver("one");
    while (app.received.length < 1) await turn();
    t.same(gate.inFlight, ["one"]);
    await gate.appGone(20);
    await app.close();
    const second = await startApp(t, {
      port: app.port,
      subscribe: [subscription("things")],
      reply: () => "break",
    });
    gate.appReady();
    await t.rejects(cut, { code: "ECONNRESET" });
    t.equal(second.received.length, 1);
    t.same(told(records).slice(-1), ["retrying:1"]);
    t.match(records.at(-1)?.change.error, /^the connection broke during handling/u);
  },
);

t.test(
  "other subscriptions after a restart are noticed, and deliveries wait for the next sidecar",
  async (t) => {
    const changed: string[][] = [];
    const known: string[][] = [];
    const app = await startApp(t, { subscribe: [subscription("things"), subscription("more")] });
    const { gate, port, records, deliver, subscribe } = await openGate(t, app.port, {
      onSubscribed: (all) => known.push(all.map(({ topic }) => topic)),
      onSubscriptionsChanged: (all) => changed.push(all.map(({ topic }) => topic)),
    });
    await untilOpen(port);
    await subscribe();
    const restart = async (wanted: unknown) => {
      await gate.appGone(0);
      await app.close();
      const next = await startApp(t, { port: app.port, subscribe: wanted });
      gate.appReady();
      return next;
    };
    const same = await restart([
      subscription("more"),
      { route: "/things", topic: "things", pubsubname: "agents-pubsub" },
    ]);
    t.equal((await deliver("a")).status, 200);
    t.same(changed, [], "the order of entries and fields does not matter");
    await same.close();
    const next = await restart([subscription("other")]);
    while (changed.length === 0) await turn();
    t.same(changed, [["other"]]);
    let answered = false;
    const waiting = deliver("b").then(
      () => (answered = true),
      () => "cut",
    );
    await call(port, "/not-a-delivery", { method: "POST" });
    t.equal(answered, false, "its route may be gone: it would be dropped");
    gate.sidecarGone();
    t.equal(await waiting, "cut", "as when the sidecar is gone");
    await subscribe();
    t.same(known, [["things", "more"], ["other"]]);
    t.equal((await deliver("c", "/other")).status, 200);
    t.equal(records.at(-1)?.event.topic, "other");
    t.same(
      next.received.map(({ path }) => path),
      ["/not-a-delivery", "/other"],
      "what was held for the sidecar that is gone never came to the app",
    );
  },
);

t.test("an app that went away while its sidecar did is waited for with the port closed", async (t) => {
  const app = await startApp(t, { subscribe: [subscription("things")] });
  const { gate, port, subscribe } = await openGate(t, app.port);
  await untilOpen(port);
  await subscribe();
  await gate.appGone(0);
  await app.close();
  gate.sidecarGone();
  await t.rejects(call(port, "/dapr/subscribe"), { code: "ECONNREFUSED" });
  await startApp(t, { port: app.port, subscribe: [subscription("things")] });
  gate.appReady();
  await untilOpen(port);
  t.equal((await subscribe()).status, 200);
});

t.test("an app that crashed is found again without being told", async (t) => {
  const app = await startApp(t, { subscribe: [subscription("things")] });
  const { port, records, deliver, subscribe } = await openGate(t, app.port);
  await untilOpen(port);
  await subscribe();
  await app.close();
  const waiting = deliver("one");
  await startApp(t, { port: app.port, subscribe: [subscription("things")] });
  t.equal((await waiting).status, 200);
  t.same(told(records), ["success:1"]);
});

t.test("a slow delivery is told while it runs; an id is counted over its attempts", async (t) => {
  let attempts = 0;
  const app = await startApp(t, {
    subscribe: [subscription("things")],
    reply: async () => {
      attempts += 1;
      await new Promise((resolve) => setTimeout(resolve, 150));
      return attempts < 7 ? 500 : 200;
    },
  });
  const { gate, port, records, deliver, subscribe } = await openGate(t, app.port, { maxAttempts: 2 });
  await untilOpen(port);
  await subscribe();
  await deliver("one");
  t.same(
    records.map(({ change }) => change.status),
    ["delivering", "retrying"],
  );
  await deliver("one");
  t.equal(records.at(-1)?.change.status, "dead", "the last attempt that its policy grants");
  gate.sidecarGone();
  await subscribe();
  await deliver("one");
  t.same(told(records), ["retrying:1", "dead:2", "retrying:3"], "another sidecar begins its retries anew");
});

t.test("a bulk is recorded entry by entry", async (t) => {
  const app = await startApp(t, {
    subscribe: [subscription("things", { bulkSubscribe: { enabled: true } })],
    reply: () => ({
      body: '{"statuses":[{"entryId":"1","status":"SUCCESS"},{"entryId":"2","status":"DROP"}]}',
    }),
  });
  const { port, records, subscribe } = await openGate(t, app.port);
  await untilOpen(port);
  await subscribe();
  const entries = ["1", "2", "3"].map((entryId) => ({
    entryId,
    event: JSON.parse(envelope(`e${entryId}`)) as unknown,
  }));
  await call(port, "/things", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ topic: "things", pubsubname: "agents-pubsub", entries }),
  });
  t.same(
    records.map(({ event, change }) => `${event.id} ${change.status}`),
    ["e1 success", "e2 dropped", "e3 retrying"],
  );
});

t.test("a port that was taken meanwhile is told", async (t) => {
  const failed = Promise.withResolvers<Error>();
  const app = await startApp(t, { subscribe: [subscription("things")] });
  const other = await startApp(t);
  await openGate(t, app.port, { port: other.port, onFailed: failed.resolve });
  t.match(await failed.promise, { code: "EADDRINUSE" });
});

t.test("an answer that breaks off is a failed attempt, whatever its beginning says", async (t) => {
  const app = await startApp(t, {
    handle: (incoming, response) => {
      if (incoming.url === "/dapr/subscribe") return false;
      response.writeHead(200, { "content-length": "1000" });
      response.write('{"status":"SUCCESS"}');
      setImmediate(() => response.destroy());
      return true;
    },
    subscribe: [subscription("things")],
  });
  const { port, records, deliver, subscribe } = await openGate(t, app.port);
  await untilOpen(port);
  await subscribe();
  // The test's own client tells no difference.
  await deliver("one").catch(() => undefined);
  t.same(told(records), ["retrying:1"]);
  t.equal(records[0]?.change.error, "the answer ended early");
});

t.test("a sidecar that hangs up leaves a failed attempt", async (t) => {
  const app = await startApp(t, { subscribe: [subscription("things")], reply: () => "hang" });
  const { port, records, subscribe } = await openGate(t, app.port);
  await untilOpen(port);
  await subscribe();
  const headers = { "content-type": "application/cloudevents+json" };
  const outgoing = request({ host: "127.0.0.1", port, path: "/things", method: "POST", headers });
  outgoing.on("error", () => undefined);
  outgoing.end(envelope("one"));
  while (app.received.length < 1) await turn();
  outgoing.destroy();
  while (records.length < 1) await turn();
  t.same(told(records), ["retrying:1"]);
  t.match(records[0]?.change.error, /then the sidecar hung up$/u);
});

t.test("a gate that ends breaks what it holds and what runs, and says nothing more", async (t) => {
  const app = await startApp(t, { subscribe: [subscription("things")], reply: () => "hang" });
  const { gate, port, records, deliver, subscribe } = await openGate(t, app.port);
  await untilOpen(port);
  await subscribe();
  const running = deliver("runs");
  while (app.received.length < 1) await turn();
  await gate.appGone(1);
  const held = deliver("held");
  // Connections are taken in the order in which they are made.
  await t.rejects(call(port, "/health"), { code: "ECONNRESET" });
  await Promise.all([
    t.rejects(running, { code: "ECONNRESET" }),
    t.rejects(held, { code: "ECONNRESET" }),
    gate[Symbol.asyncDispose](),
  ]);
  while ((await connectionsOf(app.server)) > 0) await turn();
  t.same(told(records), [], "that was no attempt");
});

t.test("an app that ended before it ever listened is waited for as at first", async (t) => {
  const appPort = await freePort();
  const { gate, port } = await openGate(t, appPort);
  await gate.appGone(0);
  await startApp(t, { port: appPort, subscribe: [subscription("things")] });
  await untilOpen(port);
  t.equal(gate.listening, true);
});

t.test("a chain of events that is too long ends at the gate", async (t) => {
  const app = await startApp(t, { subscribe: [subscription("things")] });
  const { port, records, subscribe } = await openGate(t, app.port);
  await untilOpen(port);
  await subscribe();
  const deliver = async (depth: number) =>
    await call(port, "/things", {
      method: "POST",
      headers: { "content-type": "application/cloudevents+json", host: `127.0.0.1:${port}` },
      body: JSON.stringify({ ...JSON.parse(envelope(`depth-${depth}`)), agentsdepth: depth }),
    });
  t.equal((await deliver(32)).status, 200);
  const cut = await deliver(33);
  t.equal(cut.text, '{"status":"DROP"}', "daprd then puts it onto the dead-letter topic");
  t.equal(app.received.length, 1);
  t.match(
    records.map(({ event, change }) => [event.id, change.status, change.error]),
    [
      ["depth-32", "success", null],
      ["depth-33", "dead", /number 33 of a chain/],
    ],
  );
});

t.test(
  "daprd gets the app's subscriptions once they are prepared for, and not where that failed",
  async (t) => {
    const app = await startApp(t, { subscribe: [subscription("things")] });
    const prepared = Promise.withResolvers<void>();
    let fails = true;
    let answered = false;
    const { port, subscribe } = await openGate(t, app.port, {
      onSubscribed: async () => {
        if (fails) throw new Error("no groups");
        await prepared.promise;
      },
      onFailed: () => undefined,
    });
    await untilOpen(port);
    await t.rejects(subscribe(), { code: "ECONNRESET" }, "daprd asks again");
    fails = false;
    const asked = subscribe().then((answer) => {
      answered = true;
      return answer;
    });
    await turn();
    t.equal(answered, false);
    prepared.resolve();
    t.match(JSON.parse((await asked).text), [{ topic: "things" }]);
  },
);
