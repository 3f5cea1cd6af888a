import type { Test } from "tap";
import t from "tap";
import { findFreePort } from "../../../src/runtime/resources/process/ports.ts";
import type { Running } from "../../../src/runtime/resources/resource.ts";
import { ALWAYS_READY } from "../../../src/runtime/resources/readiness/readiness.ts";
import type { PlannedStop, SupervisedNode } from "../../../src/runtime/supervisor/node.ts";
import { eventually, lives, node } from "../process/children.ts";
import type { Harness } from "./harness.ts";
import { run } from "./harness.ts";

/** An agent with an embedded sidecar: something that starts and stops without being a process. */
async function pair(t: Test, told: string[]): Promise<Harness> {
  const port = await findFreePort();
  const harness = run(t, {
    sidecar: {
      command: ["true"],
      more: { pairedWith: "agent", resource: embedded(told), readiness: ALWAYS_READY },
    },
    agent: {
      command: node("listens.js"),
      port,
      dependsOn: { sidecar: "started" },
      more: {
        pairedWith: "sidecar",
        hooks: {
          onReady: () => told.push("agent ready"),
          beforeStop: async ({ cause }: PlannedStop) => void told.push(`agent before stop (${cause})`),
          onExit: () => told.push("agent gone"),
        },
      },
    },
    other: { command: node("never-exits.js") },
  });
  await harness.supervisor.start();
  return harness;
}

function embedded(told: string[]): SupervisedNode["resource"] {
  return {
    name: "sidecar",
    start: async (): Promise<Running> => {
      told.push("sidecar starts");
      const ended = Promise.withResolvers<{ by: "code"; code: number }>();
      const stop = async (): Promise<{ by: "code"; code: number }> => {
        told.push("sidecar stops");
        ended.resolve({ by: "code", code: 0 });
        return ended.promise;
      };
      return {
        pid: null,
        exited: ended.promise,
        stop,
        [Symbol.asyncDispose]: async () => void (await stop()),
      };
    },
  };
}

t.test("a person's restart of either acts on the pair, in order", async (t) => {
  for (const name of ["agent", "sidecar"]) {
    const told: string[] = [];
    const { supervisor, of } = await pair(t, told);
    const other = of("other").pid;
    told.length = 0;
    const touched = await supervisor.restart([name]);
    t.same(touched.map((view) => `${view.name} ${view.state}`).toSorted(), ["agent ready", "sidecar ready"]);
    t.same(told, [
      "agent before stop (user)",
      "agent gone",
      "sidecar stops",
      "sidecar starts",
      "agent ready",
    ]);
    t.equal(of("other").pid, other);
    t.match(of("agent"), { restarts: 0, reason: null, lastExit: { cause: "user", code: 0 } });
  }
});

t.test("a person's stop and start of either act on the pair", async (t) => {
  const told: string[] = [];
  const { supervisor, of } = await pair(t, told);
  told.length = 0;
  await supervisor.stop(["sidecar"]);
  t.same(told, ["agent before stop (user)", "agent gone", "sidecar stops"]);
  t.equal(of("agent").state, "stopped");
  await supervisor.start(["agent"]);
  t.equal(of("agent").state, "ready");
});

t.test("a saved file restarts the agent alone, and does not start what a person stopped", async (t) => {
  const told: string[] = [];
  const { supervisor, of } = await pair(t, told);
  told.length = 0;
  await supervisor.restart(["agent"], { cause: "watch" });
  t.same(told, ["agent before stop (watch)", "agent gone", "agent ready"]);
  t.match(of("agent"), { restarts: 0, reason: null, lastExit: { cause: "watch" } });
  await supervisor.stop(["agent"]);
  await supervisor.restart(["agent"], { cause: "watch" });
  t.equal(of("agent").state, "stopped");
});

t.test(
  "a restart prepares while the old one runs, and a preparation that fails changes nothing",
  async (t) => {
    const told: string[] = [];
    const { supervisor, of } = await pair(t, told);
    const { pid } = of("agent");
    const broken = supervisor.restart(["agent"], {
      cause: "watch",
      prepare: async () => Promise.reject(new Error("broken")),
    });
    await t.rejects(broken, { message: "broken" });
    t.equal(of("agent").pid, pid);
    let during: number | null = null;
    const prepare = async (): Promise<void> => {
      during = of("agent").pid;
    };
    await supervisor.restart(["agent"], { cause: "watch", prepare });
    t.equal(during, pid);
    t.not(of("agent").pid, pid);
  },
);

t.test("an agent that crashes leaves its sidecar alone", async (t) => {
  const told: string[] = [];
  const { of, until } = await pair(t, told);
  told.length = 0;
  process.kill(of("agent").pid ?? 0, "SIGKILL");
  await until("agent", (view) => view.state === "ready" && view.restarts === 1);
  t.same(told, ["agent gone", "agent ready"]);
});

t.test("a hook that hangs costs the time-out of the stop, and no more", async (t) => {
  const { supervisor, of } = run(t, {
    app: {
      command: node("never-exits.js"),
      more: { stopTimeoutMs: 200, hooks: { beforeStop: async () => new Promise<void>(() => undefined) } },
    },
  });
  await supervisor.start();
  const { pid } = of("app");
  await supervisor.stop(["app"]);
  t.notOk(lives(pid ?? 0));
});

t.test("a hook that hangs leaves the process most of the time to end by itself", async (t) => {
  const { supervisor, of, written } = run(t, {
    app: {
      command: node("ends-in-peace.js"),
      more: { stopTimeoutMs: 2_000, hooks: { beforeStop: async () => new Promise<void>(() => undefined) } },
      process: { stopTimeoutMs: 2_000 },
    },
  });
  await supervisor.start();
  await eventually(() => written("app").includes("running"), 5_000);
  await supervisor.stop(["app"]);
  t.match(of("app").lastExit, { code: 0, signal: null });
  t.match(written("app"), /finished/);
});

t.test("a changed config touches only what changed", async (t) => {
  const {
    supervisor,
    node: sketch,
    of,
    events,
  } = run(t, {
    kept: { command: node("never-exits.js") },
    changed: { command: node("never-exits.js") },
    removed: { command: node("never-exits.js") },
    stopped: { command: node("never-exits.js") },
  });
  await supervisor.start();
  await supervisor.stop(["stopped"]);
  const pids = new Map(["kept", "changed", "removed"].map((name) => [name, of(name).pid ?? 0]));
  await supervisor.update({
    add: [sketch("added", { command: node("never-exits.js"), dependsOn: { changed: "ready" } })],
    remove: ["removed"],
    replace: [
      sketch("changed", {
        command: node("forks-grandchild.js", "never-exits.js"),
        dependsOn: { kept: "ready" },
      }),
      sketch("stopped", { command: node("never-exits.js") }),
    ],
    cause: "config",
  });
  t.same(await supervisor.settled(), { by: "ready" });
  t.equal(of("kept").pid, pids.get("kept"));
  t.notOk(lives(pids.get("changed") ?? 0));
  t.notOk(lives(pids.get("removed") ?? 0));
  t.match(of("changed"), { state: "ready", restarts: 0, dependsOn: ["kept"], lastExit: { cause: "config" } });
  t.equal(of("added").state, "ready");
  t.equal(of("stopped").state, "stopped", "what a person stopped stays stopped");
  t.throws(() => of("removed"), /no removed/);
  t.ok(events.some((event) => event.type === "removed" && event.name === "removed"));
});

t.test("a change that makes a circle touches nothing", async (t) => {
  const {
    supervisor,
    node: sketch,
    of,
  } = run(t, {
    a: { command: node("never-exits.js") },
    b: { command: node("never-exits.js"), dependsOn: { a: "ready" } },
  });
  await supervisor.start();
  const { pid } = of("a");
  const replace = [sketch("a", { command: node("never-exits.js"), dependsOn: { b: "ready" } })];
  await t.rejects(supervisor.update({ replace, cause: "config" }), { code: "AGENTS_CONFIG_INVALID" });
  await t.rejects(supervisor.update({ remove: ["a"], cause: "config" }), { code: "AGENTS_CONFIG_INVALID" });
  t.equal(of("a").pid, pid);
  t.equal(of("a").state, "ready");
});

t.test("what is shown beside the state can change, also for those who wait", async (t) => {
  const port = await findFreePort();
  const { supervisor, of } = run(t, {
    ollama: { command: node("never-listens.js"), port },
    app: { command: node("never-exits.js"), dependsOn: { ollama: "ready" } },
  });
  void supervisor.start();
  supervisor.describe("ollama", {
    progress: { what: "pulling llama3.2:3b", done: 43, total: 100, unit: "B" },
  });
  t.equal(of("app").reason, "waits for ollama: starting, pulling llama3.2:3b  43 %");
  supervisor.describe("ollama", { progress: null, url: "http://127.0.0.1:1" });
  t.equal(of("ollama").url, "http://127.0.0.1:1");
});

t.test("commands in any order and number leave one process each, and none after the end", async (t) => {
  const names = ["a", "b", "c"];
  const { supervisor, of } = run(t, {
    a: { command: node("never-exits.js") },
    b: { command: node("never-exits.js"), dependsOn: { a: "ready" } },
    c: { command: node("never-exits.js"), dependsOn: { b: "started" } },
  });
  const begun: Promise<unknown>[] = [];
  for (let step = 0; step < 60; step += 1) {
    const name = [names[(step * 7) % 3] ?? "a"];
    switch ((step * 5) % 4) {
      case 0:
        begun.push(supervisor.start(name));
        break;
      case 1:
        begun.push(supervisor.restart(name));
        break;
      case 2:
        begun.push(supervisor.stop(name));
        break;
      default:
        begun.push(supervisor.restart(name, { cause: "watch" }));
    }
    if (step % 6 === 0) await new Promise(setImmediate);
  }
  await supervisor.start();
  t.same(
    names.map((name) => of(name).state),
    ["ready", "ready", "ready"],
  );
  await Promise.all(begun);
  const pids = names.map((name) => of(name).pid ?? 0);
  t.ok(pids.every(lives));
  await supervisor.stopAll();
  t.notOk(pids.some(lives));
});
