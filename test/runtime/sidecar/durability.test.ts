import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import t from "tap";
import { openJournal } from "../../../src/runtime/journal/open-journal.ts";
import {
  type Owner,
  firstText,
  freePort,
  numbersOf,
  openHost,
  publish,
  spec,
  startApp,
  statuses,
  subscription,
} from "./kit.ts";

const FIXTURE = fileURLToPath(new URL("../../fixtures/hosts-a-sidecar.ts", import.meta.url));

async function spawnHost(
  t: Owner,
  stateDir: string,
  appPort: number,
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const child = spawn(
    process.execPath,
    [...process.execArgv.filter((one) => one.startsWith("--conditions")), FIXTURE, stateDir, String(appPort)],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  t.teardown(() => child.kill("SIGKILL"));
  return { child, port: Number(await firstText(child.stdout)) };
}

t.test(
  "after a kill -9 of everything in the middle, each event that was accepted is delivered at least once",
  async (t) => {
    const stateDir = t.testdir();
    const port = await freePort();
    const first = await startApp(t, {
      port,
      subscribe: [subscription("x")],
      reply: () => new Promise((resolve) => setTimeout(() => resolve(200), 3)),
    });
    const { child, port: httpPort } = await spawnHost(t, stateDir, port);
    const accepted: number[] = [];
    const killed = once(child, "exit");
    let next = 0;
    const publisher = async (): Promise<void> => {
      for (;;) {
        next += 1;
        const n = next;
        const answer = await publish(httpPort, "x", { n }).catch(() => null);
        if (answer === null) return;
        if (answer.status === 204) accepted.push(n);
        if (accepted.length === 300) child.kill("SIGKILL");
      }
    };
    await Promise.all(Array.from({ length: 16 }, publisher));
    await killed;
    await first.close();
    const journal = openJournal(stateDir);
    t.ok(
      statuses(journal.events({ limit: 1000 })).some((one) => !one.startsWith("a:success")),
      "something was left to do",
    );
    journal[Symbol.dispose]();

    const second = await startApp(t, { port, subscribe: [subscription("x")] });
    const open = await openHost(t, stateDir);
    await open.host.start(spec("a", port, { subscribes: ["x"] }));
    open.host.appReady("a");
    await open.until(() =>
      statuses(open.journal.events({ limit: 1000 })).every((one) => one.startsWith("a:success")),
    );
    const handled = new Set([...numbersOf(first), ...numbersOf(second)]);
    t.same(
      accepted.filter((n) => !handled.has(n)),
      [],
    );
  },
);

t.test(
  "200 events that were published with the app down are all handled once it is up, over a restart of the host",
  async (t) => {
    const stateDir = t.testdir();
    const port = await freePort();
    const one = await openHost(t, stateDir);
    const { httpPort } = await one.host.start(spec("a", port, { subscribes: ["x"] }));
    for (let n = 0; n < 200; n += 1) await publish(httpPort, "x", { n });
    await one.close();
    const app = await startApp(t, { port, subscribe: [subscription("x")] });
    const two = await openHost(t, stateDir);
    await two.host.start(spec("a", port, { subscribes: ["x"] }));
    two.host.appReady("a");
    await two.until(() =>
      statuses(two.journal.events({ limit: 1000 })).every((status) => status === "a:success:1"),
    );
    t.same(
      numbersOf(app).toSorted((a, b) => a - b),
      Array.from({ length: 200 }, (_, n) => n),
    );
  },
);

t.test("a damaged journal is moved aside and the host starts", async (t) => {
  const stateDir = t.testdir({
    "events.db": "this is not a database, it only looks like a file of some length".repeat(20),
  });
  const { host, events, journal } = await openHost(t, stateDir);
  await host.start(spec("a", await freePort()));
  t.match(events, [{ type: "log", level: "error", text: /damaged.*broken-/ }]);
  t.same(journal.events({}), []);
});

t.test("the retention removes what is old, never what is still to be delivered", async (t) => {
  const app = await startApp(t, { subscribe: [subscription("x")] });
  const open = await openHost(t, t.testdir(), {
    retention: { maxAgeMs: 3_600_000, maxEvents: 10, everyMs: 20 },
  });
  const { httpPort } = await open.host.start(spec("a", app.port, { subscribes: ["x"] }));
  await open.host.start(spec("down", await freePort(), { subscribes: ["y"] }));
  for (let n = 0; n < 5; n += 1) await publish(httpPort, "y", { n });
  open.host.appReady("a");
  for (let n = 0; n < 50; n += 1) await publish(httpPort, "x", { n });
  await open.until(() => open.journal.events({ limit: 1000 }).length === 15);
  t.equal(open.journal.events({ limit: 1000 }).filter(({ event }) => event.topic === "y").length, 5);
});
