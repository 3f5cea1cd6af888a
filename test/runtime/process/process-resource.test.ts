import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Test } from "tap";
import t from "tap";
import { AgentsError } from "../../../src/runtime/model/errors.ts";
import { memoryEventsOf } from "../../../src/runtime/resources/process/own-cgroup.ts";
import { createProcessResource } from "../../../src/runtime/resources/process/process-resource.ts";
import type { Running } from "../../../src/runtime/resources/resource.ts";
import { limitedGroup } from "./limited-group.ts";
import { fixture, lives, node, specOf } from "./children.ts";

const never = new AbortController().signal;

async function started(
  t: Test,
  spec: ReturnType<typeof specOf>,
): Promise<Running & { readonly pid: number }> {
  const running = await createProcessResource(spec).start(never);
  t.teardown(async () => running.stop({ now: true }));
  if (running.pid === null) throw new Error("a process has a pid");
  return Object.assign(running, { pid: running.pid });
}

t.test("a cooperative process ends by SIGTERM and is gone when stop answers", async (t) => {
  const spec = specOf(node("never-exits.js"));
  const running = await started(t, spec);
  await spec.line(/running/);
  t.same(await running.stop(), { by: "signal", signal: "SIGTERM" });
  t.notOk(lives(running.pid));
  t.same(await running.exited, { by: "signal", signal: "SIGTERM" });
  t.equal(running.stop(), running.exited, "stopping again is the same stop");
});

t.test("what it wrote is complete when exited resolves, also a last line without a newline", async (t) => {
  const spec = specOf(node("prints-then-dies.js"));
  const running = await started(t, spec);
  t.same(await running.exited, { by: "code", code: 3 });
  t.match(spec.written(), /line 2000\n/);
  t.match(spec.written(), /last words/);
  t.equal(spec.written().match(/line /g)?.length, 2_000);
});

t.test("one that ignores SIGTERM is killed after its time-out, not before", async (t) => {
  const spec = specOf(node("ignores-sigterm.js"), { stopTimeoutMs: 400 });
  const running = await started(t, spec);
  await spec.line(/running/);
  const since = performance.now();
  t.same(await running.stop(), { by: "signal", signal: "SIGKILL" });
  const took = performance.now() - since;
  t.ok(took >= 395 && took < 4_500, `took ${took} ms`);
});

t.test("stop now kills at once, also in the midst of a patient stop", async (t) => {
  const spec = specOf(node("ignores-sigterm.js"), { stopTimeoutMs: 60_000 });
  const running = await started(t, spec);
  await spec.line(/running/);
  const patient = running.stop();
  const since = performance.now();
  await running.stop({ now: true });
  await patient;
  t.ok(performance.now() - since < 30_000);
});

t.test("a stop reaches the grandchildren, and one that ignores it is killed with the group", async (t) => {
  const spec = specOf(node("forks-grandchild.js", "ignores-sigterm.js"), { stopTimeoutMs: 300 });
  const running = await started(t, spec);
  const grandchild = Number((await spec.line(/^(\d+)\n/))[1]);
  t.ok(lives(grandchild));
  await running.stop();
  t.notOk(lives(grandchild));
});

t.test("when a leader ends by itself the rest of its group is ended too", async (t) => {
  const spec = specOf(node("forks-grandchild.js", "never-exits.js", "7"));
  const running = await started(t, spec);
  const grandchild = Number((await spec.line(/^(\d+)\n/))[1]);
  t.same(await running.exited, { by: "code", code: 7 });
  t.notOk(lives(grandchild));
});

t.test("a grandchild in a session of its own, holding our pipe, is found by its marker", async (t) => {
  const spec = specOf(node("setsid-grandchild.js"));
  const running = await started(t, spec);
  const grandchild = Number((await spec.line(/(\d+)\n/))[1]);
  const since = performance.now();
  await running.stop();
  t.notOk(lives(grandchild));
  t.ok(performance.now() - since < 10_000, "and does not hold up the end");
});

t.test(
  "one in a session of its own that ignores SIGTERM is killed within the time-out of the stop",
  async (t) => {
    const spec = specOf(node("setsid-grandchild.js", "ignores-sigterm.js"), { stopTimeoutMs: 500 });
    const running = await started(t, spec);
    const grandchild = Number((await spec.line(/(\d+)\n/))[1]);
    await spec.line(/running/);
    const since = performance.now();
    await running.stop();
    t.notOk(lives(grandchild));
    t.ok(performance.now() - since < 4_500);
  },
);

t.test(
  "a child that nothing tells to be ours, and that holds the pipe, does not hold up the end",
  async (t) => {
    // It changed its environment and its session, and its parent was gone before anybody looked.
    const spec = specOf(["sh", "-c", "(env -i setsid sh -c 'echo $$; exec sleep 60' &) ; exec sleep 60"]);
    const running = await started(t, spec);
    const stranger = Number((await spec.line(/(\d+)\n/))[1]);
    t.teardown(() => lives(stranger) && process.kill(stranger, "SIGKILL"));
    const since = performance.now();
    await running.stop({ now: true });
    t.ok(performance.now() - since < 4_500);
  },
);

t.test("a process that was stopped by a debugger or Ctrl-Z still ends", async (t) => {
  const spec = specOf(node("never-exits.js"));
  const running = await started(t, spec);
  await spec.line(/running/);
  process.kill(running.pid, "SIGSTOP");
  t.same(await running.stop(), { by: "signal", signal: "SIGTERM" });
});

t.test("it carries its marker, and nothing of our own environment", async (t) => {
  process.env["SECRET_OF_THE_TEST"] = "1";
  const spec = specOf(["env"], {
    name: "notification",
    runId: "run-1",
    env: { PATH: process.env["PATH"] ?? "", A: "1" },
  });
  const running = await started(t, spec);
  await running.exited;
  t.match(spec.written(), /^A=1$/m);
  t.match(spec.written(), /^AGENTS_NAME=notification$/m);
  t.match(spec.written(), /^AGENTS_RUN_ID=run-1$/m);
  t.notMatch(spec.written(), /SECRET_OF_THE_TEST/);
});

t.test("what keeps process groups is told when one comes and when it has gone", async (t) => {
  const told: string[] = [];
  const keeper = {
    add: (pid: number) => told.push(`add ${pid}`),
    remove: (pid: number) => told.push(`remove ${pid}`),
    addProcess: () => undefined,
    removeProcess: () => undefined,
  };
  const running = await started(t, specOf(node("exits-at-once.js"), { keeper }));
  await running.exited;
  t.same(told, [`add ${running.pid}`, `remove ${running.pid}`]);
});

t.test("a start that is aborted gives back what came to be", async (t) => {
  const abort = new AbortController();
  const pids: number[] = [];
  const keeper = {
    add: (pid: number) => (pids.push(pid), abort.abort()),
    remove: () => undefined,
    addProcess: () => undefined,
    removeProcess: () => undefined,
  };
  await t.rejects(createProcessResource(specOf(node("never-exits.js"), { keeper })).start(abort.signal), {
    name: "AbortError",
  });
  t.equal(pids.length, 1);
  t.notOk(pids.some(lives));
});

const FAILURES: readonly (readonly [string, readonly [string, ...string[]], string, RegExp])[] = [
  [
    "a program that does not exist",
    ["no-such-program"],
    process.cwd(),
    /^child cannot start: there is no program "no-such-program"\.$/,
  ],
  [
    "a file that may not be executed",
    [fixture("never-exits.js")],
    process.cwd(),
    /^child cannot start: "\/.*never-exits\.js" may not be executed\.$/,
  ],
  [
    "a folder that does not exist",
    ["true"],
    "/no/such/folder",
    /^child cannot start: its folder \/no\/such\/folder does not exist\.$/,
  ],
];

for (const [what, command, cwd, message] of FAILURES) {
  t.test(`${what} is named in one sentence with a hint`, async (t) => {
    const error: unknown = await createProcessResource(specOf(command, { cwd }))
      .start(never)
      .catch((reason: unknown) => reason);
    if (!(error instanceof AgentsError)) throw error;
    t.equal(error.code, "AGENTS_SPAWN_FAILED");
    t.match(error.message, message);
    t.type(error.details.hint, "string");
  });
}

t.test("what several processes write at the same time arrives whole", async (t) => {
  const specs = Array.from({ length: 5 }, () => specOf(node("prints-then-dies.js")));
  await Promise.all(specs.map(async (spec) => (await started(t, spec)).exited));
  for (const spec of specs) t.equal(spec.written().split("\n").length, 2_001);
});

t.test("a kill -9 is not taken for want of memory because another process died of that", async (t) => {
  const group = limitedGroup(t, 16 * 1024 * 1024);
  if (group === null) return t.comment("skipped: this user can make no control group");
  const spec = specOf(node("never-exits.js"));
  const running = await started(t, spec);
  await spec.line(/running/);
  const eater = spawn("sh", ["-c", `${group.enter} tail /dev/zero`]);
  t.same(await once(eater, "exit"), [null, "SIGKILL"], "it had no more memory");
  process.kill(running.pid, "SIGKILL");
  t.same(await running.exited, { by: "signal", signal: "SIGKILL" });
});

t.test("one that dies for want of memory is told from that", async (t) => {
  const group = limitedGroup(t, 256 * 1024 * 1024);
  if (group === null) return t.comment("skipped: this user can make no control group");
  // A runtime that is in such a group with its child.
  const runtime = fileURLToPath(new URL("out-of-memory.ts", import.meta.url));
  const { stdout } = await promisify(execFile)("sh", [
    "-c",
    `${group.enter} ${process.execPath} --conditions=agents-source ${runtime}`,
  ]);
  t.same(JSON.parse(stdout), { by: "signal", signal: "SIGKILL", outOfMemory: true });
});

t.test("the counter of a process's own control group is found in either hierarchy", (t) => {
  const v2 = "25 1 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate";
  const v1 = "35 31 0:32 /docker/1 /sys/fs/cgroup/memory ro master:9 - cgroup cgroup rw,memory";
  for (const [cgroup, mounts, file] of [
    ["0::/user.slice/a.scope", v2, "/sys/fs/cgroup/user.slice/a.scope/memory.events"],
    ["0::/", v2, "/sys/fs/cgroup/memory.events"],
    ["5:cpu:/x\n4:memory:/docker/1/b\n0::/", `${v2}\n${v1}`, "/sys/fs/cgroup/memory/b/memory.oom_control"],
    ["4:memory:/docker/1\n0::/", `${v2}\n${v1}`, "/sys/fs/cgroup/memory/memory.oom_control"],
    ["4:memory:/docker/17", v1, null],
    ["4:memory:/docker/1", v2, null],
    ["", "", null],
  ] as const) {
    t.equal(memoryEventsOf(cgroup, mounts), file, cgroup);
  }
  t.end();
});
