import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "tap";
import { connect, connectWhenUp } from "../../../src/runtime/control/client.ts";
import { processStart } from "../../../src/runtime/control/process-start.ts";
import type { RunFile } from "../../../src/runtime/control/run-control.ts";
import { findRun, removeRunFile, writeRunFile } from "../../../src/runtime/control/run-file.ts";
import { acquireRunLock } from "../../../src/runtime/control/run-lock.ts";
import { listRuns, registerRun, registryDir } from "../../../src/runtime/control/run-registry.ts";
import type { RunEntry } from "../../../src/runtime/control/run-registry.ts";

const runFile = (changes: Partial<RunFile> = {}): RunFile => ({
  version: 1,
  runId: randomUUID(),
  project: "shop",
  pid: process.pid,
  processStart: processStart(process.pid) ?? "",
  startedAt: new Date().toISOString(),
  control: "http://127.0.0.1:9",
  token: "secret",
  configFile: "/shop/agents.config.ts",
  ...changes,
});

void test("A run file is its owner's alone, is found while its process lives, and goes with its run", (t) => {
  const root = t.testdir();
  t.same(findRun(root), { at: "none" });
  const file = runFile();
  writeRunFile(root, file);
  t.equal(statSync(join(root, ".agents", "run.json")).mode & 0o777, 0o600);
  t.equal(statSync(join(root, ".agents")).mode & 0o777, 0o700);
  t.same(readdirSync(join(root, ".agents")), [".gitignore", "run.json"]);
  t.same(findRun(root), { at: "up", file });
  removeRunFile(root, "another run");
  t.same(findRun(root), { at: "up", file }, "another run's file is left alone");
  removeRunFile(root, file.runId);
  t.same(findRun(root), { at: "none" });
  removeRunFile(root, file.runId);
  t.end();
});

void test("A run file of a process that is gone, or whose pid was used again, is stale", async (t) => {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  for (const file of [runFile({ pid: child.pid ?? 0 }), runFile({ processStart: "17" })]) {
    const root = t.testdir();
    writeRunFile(root, file);
    t.same(findRun(root), { at: "stale", file });
    t.throws(() => connect(root), {
      code: "AGENTS_NOT_RUNNING",
      exitCode: 3,
      details: { hint: "Start it with: agents up" },
    });
    const next = runFile();
    writeRunFile(root, next);
    t.same(findRun(root), { at: "up", file: next }, "it is simply replaced");
  }
});

void test("A run file that makes no sense is repaired by the next run, and told about while the run is up", (t) => {
  const whole = JSON.stringify(runFile());
  const { token: _, ...without } = runFile();
  for (const text of [
    "",
    "{",
    "null",
    "7",
    whole.slice(0, 50),
    JSON.stringify(without),
    JSON.stringify({ ...runFile(), version: 2 }),
    JSON.stringify(runFile({ control: "http://evil.example:80" })),
  ]) {
    const root = t.testdir({ ".agents": { "run.json": text } });
    t.match(findRun(root), { at: "broken", reason: String });
    t.throws(() => connect(root), { code: "AGENTS_NOT_RUNNING" });
    const lock = acquireRunLock(root);
    t.throws(() => connect(root), {
      code: "AGENTS_STATE_BROKEN",
      details: { hint: new RegExp(`kill ${process.pid}$`) },
    });
    writeRunFile(root, runFile());
    t.equal(findRun(root).at, "up");
    if (lock.at === "acquired") lock.lock.release();
  }
  t.end();
});

void test("Who comes while a run is starting waits for it, and is told when it gave up", async (t) => {
  const root = t.testdir();
  const taken = acquireRunLock(root);
  const waiting = connectWhenUp(root, AbortSignal.timeout(10_000));
  const file = runFile();
  writeRunFile(root, file);
  t.same((await waiting)?.file, file);
  removeRunFile(root, file.runId);
  const inVain = connectWhenUp(root, AbortSignal.timeout(10_000));
  if (taken.at === "acquired") taken.lock.release();
  t.equal(await inVain, null);
});

const entry = (root: string, changes: Partial<RunEntry> = {}): RunEntry => {
  const { runId, project, pid, processStart: start, startedAt } = runFile();
  return { version: 1, root, project, runId, pid, processStart: start, startedAt, ...changes };
};

void test("The registry knows the runs of this user; dead and damaged entries go", (t) => {
  const home = t.testdir();
  const dir = registryDir({ XDG_STATE_HOME: home });
  t.equal(dir, join(home, "agents", "runs"));
  t.equal(registryDir({ HOME: "/home/x", XDG_STATE_HOME: "relative" }), "/home/x/.local/state/agents/runs");
  t.same(listRuns(dir), []);
  const [one, two, dead] = [
    entry("/one", { startedAt: "2026-01-02" }),
    entry("/two", { startedAt: "2026-01-01" }),
    entry("/dead", { processStart: "1" }),
  ];
  const registered = [one, two, dead].map((run) => registerRun(run, dir));
  writeFileSync(join(dir, "damaged.json"), "{");
  t.same(listRuns(dir), [two, one]);
  t.equal(readdirSync(dir).length, 2);
  registered[0]?.[Symbol.dispose]();
  t.same(listRuns(dir), [two]);
  for (const registration of registered) registration[Symbol.dispose]();
  t.same(readdirSync(dir), []);
  t.end();
});

void test("A home that cannot be written does not stop a run", (t) => {
  const home = t.testdir({ state: "a file" });
  const registration = registerRun(entry("/one"), registryDir({ XDG_STATE_HOME: join(home, "state") }));
  t.equal(registration.at, "unregistered");
  registration[Symbol.dispose]();
  t.ok(existsSync(home));
  t.end();
});
