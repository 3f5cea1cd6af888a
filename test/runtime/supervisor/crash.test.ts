import t from "tap";
import { findFreePort, portError } from "../../../src/runtime/resources/process/ports.ts";
import { createReadiness } from "../../../src/runtime/resources/readiness/readiness.ts";
import { node } from "../process/children.ts";
import { run } from "./harness.ts";

t.test("one that is killed with kill -9 is started again, and says so", async (t) => {
  const port = await findFreePort();
  const { supervisor, of, until } = run(t, { notification: { command: node("listens.js"), port } });
  await supervisor.start();
  const before = of("notification").pid ?? 0;
  process.kill(before, "SIGKILL");
  const backoff = await until("notification", "backoff");
  t.equal(backoff.reason, "SIGKILL; starts again in 0.2 s (see agents logs notification)");
  t.match(backoff.lastExit, { code: null, signal: "SIGKILL", cause: "crash" });
  t.equal(supervisor.view().state, "degraded");
  const after = await until("notification", (view) => view.state === "ready" && view.restarts === 1);
  t.not(after.pid, before);
  t.equal(after.reason, "restarted: SIGKILL (see agents logs notification)");
  t.equal(supervisor.view().state, "ready");
  const readyAt = supervisor.view().readyAt;
  t.ok(
    readyAt !== null && after.readyAt !== null && readyAt < after.readyAt,
    "the run was ready before, and stays so",
  );
});

t.test("five crashes in a row are a crash loop with the last words, and a restart tries again", async (t) => {
  const { supervisor, of, states } = run(t, {
    implementation: {
      command: node("exits-at-once.js", "1"),
      port: await findFreePort(),
      more: { hooks: { lastWords: () => ["cannot go on"] } },
    },
    other: { command: node("never-exits.js"), dependsOn: { implementation: "ready" } },
  });
  const [view] = await supervisor.start(["implementation"]);
  t.equal(view?.state, "failed");
  t.equal(view?.restarts, 4);
  t.equal(states().filter((state) => state === "implementation:backoff").length, 4);
  const error = supervisor.failure("implementation");
  t.equal(error?.code, "AGENTS_CRASH_LOOP");
  t.match(
    error?.message,
    /^implementation crashed 5 times in [34] s and is no longer restarted\. Last words:$/,
  );
  t.same(error?.details.lines, ["cannot go on"]);
  t.match(error?.details.hint, "agents restart implementation");
  t.match(await supervisor.settled(), { by: "failed", name: "implementation", error });

  const again = supervisor.restart(["implementation"], { cause: "watch" });
  t.equal(of("implementation").state, "waiting", "a saved file starts it again");
  await supervisor.stop(["implementation"]);
  await again;
  t.equal(of("implementation").state, "stopped");
});

t.test("one that cannot start as it is set up is started once, and says so", async (t) => {
  const { supervisor, states } = run(t, {
    app: {
      command: node("exits-at-once.js", "78"),
      port: await findFreePort(),
      more: { hooks: { lastWords: () => ["the token is not accepted"] } },
    },
  });
  const [view] = await supervisor.start();
  t.match(view, { state: "failed", restarts: 0, lastExit: { code: 78 } });
  t.notOk(states().includes("app:backoff"));
  t.match(supervisor.failure("app"), {
    code: "AGENTS_EXITED",
    message: "app cannot start as it is set up (exit 78) and is not restarted. Last words:",
    details: { lines: ["the token is not accepted"], hint: /when a file of it is saved.*agents restart app/ },
  });
});

t.test("one that ends with code 0 before it is ready has crashed", async (t) => {
  const { supervisor, until } = run(t, {
    app: { command: node("exits-at-once.js", "0"), port: await findFreePort() },
  });
  void supervisor.start();
  const view = await until("app", "backoff");
  t.match(view.lastExit, { code: 0, cause: "crash" });
});

t.test("one that ends with code 0 after it was ready rests, and the whole is degraded", async (t) => {
  const port = await findFreePort();
  const { supervisor, of, until } = run(t, { app: { command: node("listens.js"), port } });
  await supervisor.start();
  process.kill(of("app").pid ?? 0, "SIGTERM");
  const view = await until("app", (seen) => seen.state === "stopped" && seen.lastExit !== null);
  t.equal(view.reason, "ended by itself: exit 0");
  t.equal(supervisor.view().state, "degraded");
});

t.test("the policy `always` starts that one again, `never` lets a crash be the end", async (t) => {
  const port = await findFreePort();
  const { supervisor, of, until } = run(t, {
    always: { command: node("listens.js"), port, more: { restart: "always" } },
    never: { command: node("exits-at-once.js", "4"), port: await findFreePort(), more: { restart: "never" } },
  });
  void supervisor.start();
  const failed = await until("never", "failed");
  t.equal(failed.reason, "never ended before it was ready (exit 4) and is not restarted. It wrote nothing.");
  await until("always", "ready");
  process.kill(of("always").pid ?? 0, "SIGTERM");
  await until("always", (view) => view.state === "ready" && view.restarts === 1);
  t.pass("back");
});

t.test("one that cannot be spawned fails at once, with the reason", async (t) => {
  const { supervisor, of } = run(t, { app: { command: ["no-such-program"] } });
  await supervisor.start();
  t.match(of("app"), {
    state: "failed",
    restarts: 0,
    reason: 'app cannot start: there is no program "no-such-program".',
  });
  t.equal(supervisor.failure("app")?.code, "AGENTS_SPAWN_FAILED");
});

t.test("an end before readiness whose cause can be found out is not tried again", async (t) => {
  const port = await findFreePort();
  const taken = run(t, { first: { command: node("listens.js"), port } });
  await taken.supervisor.start();
  const { supervisor } = run(t, {
    second: {
      command: node("exits-at-once.js", "1"),
      // A port of its own, so that the first one does not answer for it.
      port: await findFreePort(),
      more: { hooks: { diagnose: async () => portError({ name: "second", port }) } },
    },
  });
  await supervisor.start();
  const error = supervisor.failure("second");
  t.equal(error?.code, "AGENTS_PORT_TAKEN");
  t.match(error?.message, `held by pid ${taken.of("first").pid}`);
});

t.test(
  "a stranger on its port is not taken for it, also when it comes between a crash and the restart",
  async (t) => {
    const port = await findFreePort();
    const stranger = run(t, { stranger: { command: node("listens.js"), port } });
    const { supervisor, of, until } = run(t, {
      app: { command: node("listens.js"), port, process: { port } },
    });
    await supervisor.start();
    process.kill(of("app").pid ?? 0, "SIGKILL");
    await until("app", "backoff");
    await stranger.supervisor.start();
    await until("app", "failed");
    t.equal(supervisor.failure("app")?.code, "AGENTS_PORT_TAKEN");
    t.match(supervisor.failure("app")?.message, `held by pid ${stranger.of("stranger").pid}`);
    await stranger.supervisor.stopAll();
    await supervisor.restart(["app"]);
    t.equal(of("app").state, "ready");
  },
);

t.test("one that never becomes ready is named by the time-out with what is missing", async (t) => {
  const port = await findFreePort();
  const { supervisor } = run(t, {
    slow: { command: node("never-listens.js"), port },
    behind: { command: node("never-exits.js"), dependsOn: { slow: "ready" } },
    fine: { command: node("never-exits.js") },
  });
  void supervisor.start();
  const settlement = await supervisor.settled({ timeoutMs: 300 });
  if (settlement.by !== "timeout") throw new Error(`settled by ${settlement.by}`);
  t.equal(settlement.error.code, "AGENTS_NOT_READY");
  t.equal(settlement.error.exitCode, 4);
  t.match(settlement.error.message, /^slow, behind are not ready after 0 s\.$/);
  t.same(settlement.error.details.lines, [
    `slow does not listen on port ${port} yet`,
    `behind waits for slow: starting, does not listen on port ${port}`,
  ]);
});

t.test(
  "one that hangs becomes unhealthy, keeps its process, and is ready once it answers again",
  async (t) => {
    const port = await findFreePort();
    const timing = { timeoutMs: 100, everyMs: 20, againMs: 20, failures: 3 };
    const { supervisor, of, until } = run(t, {
      app: {
        command: node("listens.js"),
        port,
        more: { readiness: createReadiness({ by: "auto" }, port, timing) },
      },
    });
    await supervisor.start();
    const { pid } = await until("app", "ready");
    process.kill(pid ?? 0, "SIGSTOP");
    const view = await until("app", "unhealthy");
    t.equal(view.reason, "does not answer GET /healthz/ready within 0.1 s");
    t.equal(supervisor.view().state, "degraded");
    process.kill(pid ?? 0, "SIGCONT");
    await until("app", "ready");
    t.equal(of("app").pid, pid);
    t.equal(supervisor.view().state, "ready");
  },
);

t.test("a slow start says what is missing after a second", async (t) => {
  const port = await findFreePort();
  const { supervisor, until } = run(t, { slow: { command: node("never-listens.js"), port } });
  void supervisor.start();
  const view = await until("slow", (seen) => seen.reason !== null);
  t.match(view, { state: "starting", reason: `does not listen on port ${port}` });
});

t.test("a pair that shares crashes comes back as one, the dependency first", async (t) => {
  const [port, sidecarPort] = [await findFreePort(), await findFreePort()];
  const { supervisor, of, until, events } = run(t, {
    sidecar: {
      command: node("listens.js"),
      port: sidecarPort,
      more: { pairedWith: "agent", sharesCrashes: true },
    },
    agent: {
      command: node("listens.js"),
      port,
      dependsOn: { sidecar: "started" },
      more: { pairedWith: "sidecar", sharesCrashes: true },
    },
    other: { command: node("never-exits.js") },
  });
  await supervisor.start();
  const other = of("other").pid;
  for (const [crashes, follows] of [
    ["sidecar", "agent"],
    ["agent", "sidecar"],
  ] as const) {
    const before = { sidecar: of("sidecar").pid, agent: of("agent").pid, restarts: of(crashes).restarts };
    const from = events.length;
    process.kill(of(crashes).pid ?? 0, "SIGKILL");
    const back = await until(crashes, (view) => view.state === "ready" && view.restarts > before.restarts);
    const followed = await until(
      follows,
      (view) => view.state === "ready" && view.reason === `restarted with ${crashes}`,
    );
    t.equal(back.reason, `restarted: SIGKILL (see agents logs ${crashes})`);
    t.match(followed.lastExit, { cause: "dependency" });
    t.equal(followed.restarts, crashes === "agent" ? 1 : 0, "only the one that crashed counts it");
    t.not(of("sidecar").pid, before.sidecar);
    t.not(of("agent").pid, before.agent);
    const started = events
      .slice(from)
      .flatMap((event) =>
        event.type === "resource" && event.resource.state === "starting" ? [event.resource.name] : [],
      );
    t.ok(started.indexOf("sidecar") < started.indexOf("agent"), started.join());
  }
  t.equal(of("other").pid, other, "nobody else is touched");
});
