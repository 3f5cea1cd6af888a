import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import t from "tap";
import {
  call,
  freePort,
  numbersOf,
  openHost,
  publish,
  spec,
  startApp,
  statuses,
  subscription,
} from "./kit.ts";

t.test("a sidecar that starts anew delivers again to an app that listened all the time", async (t) => {
  const app = await startApp(t, { subscribe: [subscription("x")] });
  const { host, events, journal, until, ready } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", app.port, { subscribes: ["x"] }));
  await ready("a");
  t.equal((await call(httpPort, "/v1.0/shutdown", { method: "POST" })).status, 204);
  await until(() => events.some(({ type }) => type === "stopped"));
  const next = await host.start(spec("a", app.port, { subscribes: ["x"] }));
  await publish(next.httpPort, "x", { n: 1 });
  await until(() => statuses(journal.events({}))[0] === "a:success:1");
  t.same(numbersOf(app), [1]);
});

t.test("a sidecar that starts anew holds the events of an app that is gone", async (t) => {
  const app = await startApp(t, { subscribe: [subscription("x")] });
  const { host, journal, until, ready } = await openHost(t, t.testdir());
  await host.start(spec("a", app.port, { subscribes: ["x"] }));
  await ready("a");
  await host.appGone("a", 0);
  await host.stop("a");
  const { httpPort } = await host.start(spec("a", app.port, { subscribes: ["x"] }));
  const other = await startApp(t, { subscribe: [subscription("x")] });
  await host.start(spec("b", other.port, { subscribes: ["x"] }));
  await ready("b");
  await publish(httpPort, "x", { n: 1 });
  await until(() => statuses(journal.events({}))[0]?.includes("b:success:1") === true);
  t.same(statuses(journal.events({})), ["a:pending:0 b:success:1"]);
  t.same(numbersOf(app), []);
});

t.test("a delivery that the end of its sidecar cuts off waits, and comes with the next one", async (t) => {
  let hang = true;
  const app = await startApp(t, {
    subscribe: [subscription("x")],
    reply: () => (hang ? "hang" : 200),
  });
  const { host, journal, until, ready } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", app.port, { subscribes: ["x"] }));
  await ready("a");
  await publish(httpPort, "x", { n: 1 });
  await until(() => statuses(journal.events({}))[0] === "a:delivering:0");
  await host.stop("a");
  await until(() => statuses(journal.events({}))[0] === "a:pending:0");
  hang = false;
  await host.start(spec("a", app.port, { subscribes: ["x"] }));
  await until(() => statuses(journal.events({}))[0] === "a:success:1");
  t.same(numbersOf(app), [1, 1]);
});

t.test("a start that comes while the same sidecar still closes waits for it", async (t) => {
  const app = await startApp(t, {
    subscribe: [subscription("x")],
    reply: ({ event }) => (JSON.stringify(event).includes('"n":1') ? "hang" : 200),
  });
  const { host, journal, until, ready } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", app.port, { subscribes: ["x"] }));
  await ready("a");
  await publish(httpPort, "x", { n: 1 });
  await until(() => statuses(journal.events({}))[0] === "a:delivering:0");
  const stopped = host.stop("a");
  const next = await host.start(spec("a", app.port, { httpPort, mayMove: false, subscribes: ["x"] }));
  await stopped;
  t.equal(next.httpPort, httpPort);
  await publish(httpPort, "x", { n: 2 });
  await until(() => statuses(journal.events({})).includes("a:success:1"));
  t.ok(numbersOf(app).includes(2));
});

t.test("an app that ends after it was asked to stop has not failed the event", async (t) => {
  const app = await startApp(t, { subscribe: [subscription("x")], reply: () => "hang" });
  const { host, journal, until, ready } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", app.port, { subscribes: ["x"] }));
  await ready("a");
  await publish(httpPort, "x", { n: 1 });
  await until(() => statuses(journal.events({}))[0] === "a:delivering:0");
  await host.appGone("a", 20);
  await host.appGone("a", 0);
  await app.close();
  await until(() => statuses(journal.events({}))[0] !== "a:delivering:0");
  t.same(statuses(journal.events({})), ["a:pending:0"]);
});

t.test(
  "a worker that dies is replaced by the next start, and nothing that was accepted is lost",
  async (t) => {
    const made = once(process, "worker");
    const app = await startApp(t, { subscribe: [subscription("x")] });
    const { host, events, journal, until, ready } = await openHost(t, t.testdir());
    const [worker]: Worker[] = await made;
    if (worker === undefined) throw new Error("no worker was made");
    await host.configure([
      { appId: "a", subscribes: ["x"] },
      { appId: "down", subscribes: ["x"] },
      { appId: "leaves", subscribes: ["x"] },
    ]);
    await host.start(spec("a", app.port, { subscribes: ["x"] }));
    const { httpPort } = await host.start(spec("new", await freePort(), { subscribes: ["x"] }));
    await ready("a");
    await publish(httpPort, "x", { n: 1 });
    await until(() => statuses(journal.events({}))[0]?.includes("a:success:1") === true);

    await worker.terminate();
    t.match(
      events.filter(({ type }) => type === "failed"),
      [{ message: /the embedded sidecar ended: its thread ended/ }],
    );
    await host.appGone("new", 1000);
    await host.stop("new");
    await host.forget("leaves");
    await t.rejects(host.retry("x"), { code: "AGENTS_SIDECAR_FAILED" });

    const [one] = await Promise.all([
      host.start(spec("a", app.port, { subscribes: ["x"] })),
      host.start(spec("new", await freePort(), { httpPort, mayMove: false, subscribes: ["x"] })),
    ]);
    await publish(one.httpPort, "x", { n: 2 });
    const wanted = [
      "a:success:1 down:pending:0 new:pending:0",
      // It listened when this one was published, and left since.
      /a:success:1 down:pending:0 leaves:\w+:0 new:pending:0/,
    ];
    await until(() => statuses(journal.events({})).every((status) => status.includes("a:success:1")));
    t.match(statuses(journal.events({})).toSorted(byLength), wanted);
    t.same(numbersOf(app), [1, 2]);
  },
);

t.test("a host that was closed starts no worker any more", async (t) => {
  const { host, close } = await openHost(t, t.testdir());
  await close();
  await t.rejects(host.start(spec("a", await freePort())), {
    code: "AGENTS_SIDECAR_FAILED",
    message: "the embedded sidecar has been closed",
  });
  await host.appGone("a", 10);
  await host.stop("a");
});

function byLength(a: string, b: string): number {
  return a.length - b.length;
}
