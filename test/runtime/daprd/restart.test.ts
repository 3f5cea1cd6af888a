import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import t from "tap";
import { dataOf, freePort, publish, startApp, subscription } from "../sidecar/kit.ts";
import { SKIP, startRedis, startSidecar, told, type Owner } from "./kit.ts";
import { turn } from "./gate-kit.ts";

interface AppProcess {
  readonly child: ChildProcess;
  /** Ends it and waits until it is gone. */
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
}

/** Runs the fixture; `handled` collects what it says. Resolves once it listens. */
async function runApp(t: Owner, port: number, handled: Set<number>): Promise<AppProcess> {
  const fixture = join(import.meta.dirname, "..", "..", "fixtures", "takes-numbers.js");
  const child = spawn(process.execPath, [fixture], {
    env: { PORT: String(port) },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const gone = once(child, "exit");
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await gone;
  };
  t.teardown(async () => await end("SIGKILL"));
  let text = "";
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes("listening")) resolve();
      for (const [, n] of text.matchAll(/^handled (\d+)\n/gmu)) handled.add(Number(n));
      text = text.slice(text.lastIndexOf("\n") + 1);
    });
  });
  return { child, end };
}

t.test(
  "an app restarts in the middle of 200 events: they are held, and none is lost",
  { skip: SKIP },
  async (t) => {
    const dir = t.testdir();
    const redis = await startRedis(t, dir);
    const appPort = await freePort();
    const handled = new Set<number>();
    let app = await runApp(t, appPort, handled);
    let subscribed = false;
    const { httpPort, gate, records, until } = await startSidecar(t, {
      agent: "worker",
      appPort,
      dir,
      redis,
      gate: { onSubscribed: () => (subscribed = true) },
    });
    await until(() => subscribed);
    for (let n = 0; n < 200; n += 1) {
      void publish(httpPort, "numbers", { n });
      if (n % 4 === 0) await turn();
      if (n === 60 || n === 120) {
        // As a save does it.
        await gate.appGone(n === 60 ? 1_000 : 1);
        await app.end("SIGTERM");
        await gate.appGone(0);
        app = await runApp(t, appPort, handled);
        gate.appReady();
      }
      if (n === 160) {
        // As a crash does it: nobody says beforehand.
        await app.end("SIGKILL");
        await gate.appGone(0);
        app = await runApp(t, appPort, handled);
        gate.appReady();
      }
    }
    const done = (): number =>
      new Set(records.filter(({ change }) => change.status === "success").map(({ event }) => event.id)).size;
    await until(() => done() === 200);
    t.equal(handled.size, 200);
    t.same(
      records.filter(({ change }) => change.status === "dead" || change.status === "dropped"),
      [],
    );
    const most = Math.max(...records.map(({ change }) => change.attempts));
    t.ok(most <= 2, `only the crash cost an attempt (${most})`);
  },
);

t.test(
  "a daprd is killed with events in its app: the next one delivers them at once",
  { skip: SKIP },
  async (t) => {
    const dir = t.testdir();
    const redis = await startRedis(t, dir);
    let answers = false;
    const app = await startApp(t, {
      subscribe: [subscription("things")],
      reply: () => (answers ? 200 : "hang"),
    });
    const sidecar = await startSidecar(t, {
      agent: "worker",
      appPort: app.port,
      dir,
      redis,
      topics: ["things"],
    });
    for (let n = 0; n < 5; n += 1) await publish(sidecar.httpPort, "things", { n });
    while (app.received.length < 5) await turn();
    const { pid } = sidecar.running();
    process.kill(pid ?? 0, "SIGKILL");
    t.match(await sidecar.running().exited, { by: "signal", signal: "SIGKILL" });
    await sidecar.until(
      () => sidecar.records.filter(({ change }) => change.status === "retrying").length === 5,
    );
    const cut = sidecar.records.find(({ change }) => change.status === "retrying");
    t.match(cut?.change.error, /^no answer within \d+\.\d s: then the sidecar hung up$/u);
    answers = true;
    const since = performance.now();
    await sidecar.start();
    await sidecar.until(
      () => sidecar.records.filter(({ change }) => change.status === "success").length === 5,
    );
    const took = performance.now() - since;
    t.ok(took < 10_000, `not after the processing time-out of 40 s (${Math.round(took)} ms)`);
    t.same(
      told(sidecar.records).slice(-5),
      Array.from({ length: 5 }, () => "success:2"),
    );
  },
);

t.test(
  "an app comes back with other subscriptions: its daprd is started again and nothing is lost",
  { skip: SKIP },
  async (t) => {
    const dir = t.testdir();
    const redis = await startRedis(t, dir);
    const changed = Promise.withResolvers<void>();
    const app = await startApp(t, { subscribe: [subscription("old")] });
    const known: string[] = [];
    const sidecar = await startSidecar(t, {
      agent: "worker",
      appPort: app.port,
      dir,
      redis,
      topics: ["old", "new"],
      gate: {
        onSubscribed: (all) => known.push(all.map(({ topic }) => topic).join()),
        onSubscriptionsChanged: () => changed.resolve(),
      },
    });
    await sidecar.until(() => known.length === 1);
    await publish(sidecar.httpPort, "old", { n: 1 });
    await sidecar.until(() => sidecar.records.length === 1);
    await sidecar.gate.appGone(10);
    await app.close();
    const next = await startApp(t, {
      port: app.port,
      subscribe: [subscription("new"), { ...subscription("old"), route: "/moved" }],
    });
    await publish(sidecar.httpPort, "old", { n: 2 });
    sidecar.gate.appReady();
    await changed.promise;
    const since = performance.now();
    await sidecar.stop();
    const stopped = performance.now() - since;
    await sidecar.start();
    await sidecar.until(() => sidecar.records.length === 2);
    t.same(known, ["old", "new,old"]);
    t.same(
      next.received.map((one) => `${one.path} ${String(dataOf(one, "n"))}`),
      ["/moved 2"],
      "what was held went to its new route, not to the old one",
    );
    t.same(told(sidecar.records), ["success:1", "success:1"]);
    t.ok(stopped < 3_000, `a held delivery does not hold up its daprd (${Math.round(stopped)} ms)`);
  },
);

t.test(
  "an app that stays away: its daprd can be stopped, and the backlog is there afterwards",
  { skip: SKIP },
  async (t) => {
    const dir = t.testdir();
    const redis = await startRedis(t, dir);
    const away = Promise.withResolvers<void>();
    let subscribed = 0;
    const app = await startApp(t, { subscribe: [subscription("things")] });
    const sidecar = await startSidecar(t, {
      agent: "worker",
      appPort: app.port,
      dir,
      redis,
      topics: ["things"],
      gate: { holdMs: 500, onAway: () => away.resolve(), onSubscribed: () => (subscribed += 1) },
    });
    await sidecar.until(() => subscribed === 1);
    await sidecar.gate.appGone(10);
    await app.close();
    for (let n = 0; n < 30; n += 1) await publish(sidecar.httpPort, "things", { n });
    await away.promise;
    await sidecar.stop();
    const next = await startApp(t, { port: app.port, subscribe: [subscription("things")] });
    sidecar.gate.appReady();
    await sidecar.start();
    await sidecar.until(() => new Set(next.received.map((one) => dataOf(one, "n"))).size === 30);
    t.pass("all of it was delivered");
  },
);
