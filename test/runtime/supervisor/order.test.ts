import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { findFreePort } from "../../../src/runtime/resources/process/ports.ts";
import { lives, node } from "../process/children.ts";
import { run } from "./harness.ts";

t.test("each starts as soon as its own dependencies allow, the others in parallel", async (t) => {
  const port = await findFreePort();
  const { supervisor, states, of, until } = run(t, {
    slow: { command: node("listens.js"), port, env: { LISTEN_AFTER: "150" } },
    behind: { command: node("never-exits.js"), dependsOn: { slow: "ready" } },
    with: { command: node("never-exits.js"), dependsOn: { slow: "started" } },
    alone: { command: node("never-exits.js") },
  });
  const started = supervisor.start();
  await until("alone", "ready");
  t.equal(of("slow").state, "starting", "slow does not hold up those that do not need it");
  await until("with", "ready");
  t.equal(of("behind").state, "waiting");
  t.equal(of("behind").reason, `waits for slow: starting`);
  t.same(of("behind").waitsFor, ["slow"]);
  const views = await started;
  t.same(
    views.map(({ state }) => state),
    ["ready", "ready", "ready", "ready"],
  );
  const order = states();
  t.ok(order.indexOf("slow:ready") < order.indexOf("behind:starting"));
  t.ok(order.indexOf("with:ready") < order.indexOf("slow:ready"));
  t.equal(supervisor.view().state, "ready");
  t.type(supervisor.view().readyAt, "string");
  t.same(of("behind").reason, null);
  t.same(of("behind").waitsFor, []);
});

t.test("a task completes, and what needs it completed starts then", async (t) => {
  const { supervisor, states, of } = run(t, {
    migrate: { command: node("exits-at-once.js", "0"), more: { oneShot: true } },
    app: { command: node("never-exits.js"), dependsOn: { migrate: "completed" } },
  });
  await supervisor.start();
  t.equal(of("migrate").state, "completed");
  t.equal(of("migrate").lastExit, null, "a good end is no exit to worry about");
  t.equal(of("app").state, "ready");
  t.ok(states().indexOf("migrate:completed") < states().indexOf("app:starting"));
  await supervisor.start(["app"]);
  t.equal(
    states().filter((state) => state === "migrate:completed").length,
    1,
    "it is not run again for that",
  );
});

t.test("what waits for a task that failed says so, and starts when the task was repaired", async (t) => {
  const dir = t.testdir({ "migrate.mjs": "process.exit(1)" });
  const { supervisor, of } = run(t, {
    migrate: { command: [process.execPath, join(dir, "migrate.mjs")], more: { oneShot: true } },
    app: { command: node("never-exits.js"), dependsOn: { migrate: "completed" } },
    further: { command: node("never-exits.js"), dependsOn: { app: "ready" } },
  });
  await supervisor.start();
  t.match(of("migrate"), { state: "failed", reason: /^migrate did not run to a good end \(exit 1\)/ });
  t.equal(of("app").reason, "waits for migrate: failed (agents restart migrate tries again)");
  t.equal(
    of("further").reason,
    "waits for app, which waits for migrate: failed (agents restart migrate tries again)",
  );
  t.equal(supervisor.view().state, "degraded");
  t.match(await supervisor.settled(), { by: "failed", name: "migrate" });
  writeFileSync(join(dir, "migrate.mjs"), "process.exit(0)");
  await supervisor.restart(["migrate"]);
  await supervisor.start(["further"]);
  t.equal(of("further").state, "ready");
  t.same(await supervisor.settled(), { by: "ready" });
});

t.test("starting one starts what it needs and nothing else", async (t) => {
  const { supervisor, of } = run(t, {
    db: { command: node("never-exits.js") },
    app: { command: node("never-exits.js"), dependsOn: { db: "ready" } },
    other: { command: node("never-exits.js") },
  });
  const touched = await supervisor.start(["app"]);
  t.same(touched.map(({ name, state }) => `${name} ${state}`).toSorted(), ["app ready", "db ready"]);
  t.equal(of("other").state, "stopped");
  t.equal(supervisor.view().state, "ready", "what nobody wants does not count");
});

t.test("the stop goes the other way, and each waits for those that need it", async (t) => {
  const { supervisor, states, of } = run(t, {
    db: { command: node("never-exits.js") },
    api: { command: node("never-exits.js"), dependsOn: { db: "ready" } },
    web: { command: node("never-exits.js"), dependsOn: { api: "ready" } },
    alone: { command: node("never-exits.js") },
  });
  await supervisor.start();
  const pids = ["db", "api", "web", "alone"].map((name) => of(name).pid ?? 0);
  t.ok(pids.every(lives));
  const touched = await supervisor.stopAll();
  t.same(touched.map(({ name, state }) => `${name} ${state}`).toSorted(), [
    "alone stopped",
    "api stopped",
    "db stopped",
    "web stopped",
  ]);
  t.notOk(pids.some(lives));
  const order = states();
  t.ok(order.lastIndexOf("web:stopped") < order.indexOf("api:stopping"));
  t.ok(order.lastIndexOf("api:stopped") < order.indexOf("db:stopping"));
  t.ok(
    order.indexOf("alone:stopping") < order.lastIndexOf("web:stopped"),
    "what is free of the others does not wait",
  );
  t.equal(supervisor.view().state, "stopping");
  t.match(of("db").lastExit, { code: null, signal: "SIGTERM", cause: "user" });
  await supervisor.start();
  t.equal(of("db").state, "stopped", "nothing starts after the stop of everything");
  t.same(await supervisor.settled(), { by: "stopped" });
});

t.test("twenty that ignore SIGTERM cost one time-out, and are counted down by name", async (t) => {
  const names = Array.from({ length: 20 }, (_, index) => `stubborn-${index}`);
  const sketch = { command: node("ignores-sigterm.js"), more: { stopTimeoutMs: 1_500 } };
  const { supervisor, events, written, of } = run(t, Object.fromEntries(names.map((name) => [name, sketch])));
  await supervisor.start();
  const running = names.map((name) => of(name).pid ?? 0);
  // Only what has installed its handler ignores anything.
  await new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (!names.every((name) => written(name).includes("running"))) return;
      clearInterval(look);
      resolve();
    }, 5);
  });
  const since = performance.now();
  await supervisor.stopAll();
  const took = performance.now() - since;
  t.comment(`took ${Math.round(took)} ms`);
  t.ok(took >= 1_490 && took < 3_000, "one time-out, not twenty");
  t.notOk(running.some(lives));
  t.ok(
    events.some(
      ({ type, ...event }) =>
        type === "notice" &&
        "text" in event &&
        event.text === "waits for stubborn-7 (ignores SIGTERM, killed in 1 s)",
    ),
  );
  t.match(of("stubborn-7").lastExit, { signal: "SIGKILL", cause: "user" });
});

t.test("kill all in the midst of a stop ends the patience", async (t) => {
  const { supervisor, of, until } = run(t, {
    db: { command: node("never-exits.js") },
    stubborn: {
      command: node("ignores-sigterm.js"),
      dependsOn: { db: "ready" },
      more: { stopTimeoutMs: 60_000 },
    },
  });
  await supervisor.start();
  const pids = [of("db").pid ?? 0, of("stubborn").pid ?? 0];
  const stopped = supervisor.stopAll();
  await until("stubborn", "stopping");
  const since = performance.now();
  await supervisor.killAll();
  await stopped;
  t.ok(performance.now() - since < 2_000);
  t.notOk(pids.some(lives));
});

t.test("a stop while it starts leaves nothing, and it can be started again", async (t) => {
  const { supervisor, of, until } = run(t, { app: { command: node("never-exits.js") } });
  for (let round = 0; round < 10; round += 1) {
    const started = supervisor.start(["app"]);
    if (round % 2 === 0) await until("app", "starting");
    await supervisor.stop(["app"]);
    await started;
    t.equal(of("app").state, "stopped");
    t.equal(of("app").pid, null);
  }
  await supervisor.start(["app"]);
  t.equal(of("app").state, "ready");
});

t.test("names that do not exist are refused with those that do", async (t) => {
  const { supervisor } = run(t, { app: { command: node("never-exits.js") } });
  await t.rejects(supervisor.stop(["ap"]), {
    code: "AGENTS_NAME_UNKNOWN",
    details: { expected: "one of app" },
  });
  await t.rejects(supervisor.restart(["ap"], { cause: "watch" }), { code: "AGENTS_NAME_UNKNOWN" });
});
