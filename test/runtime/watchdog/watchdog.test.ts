import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Test } from "tap";
import t from "tap";
import { findMarked } from "../../../src/runtime/resources/process/marker.ts";
import { findFreePort, isPortFree } from "../../../src/runtime/resources/process/ports.ts";
import { killRun } from "../../../src/runtime/watchdog/kill-run.ts";
import { Watchdog } from "../../../src/runtime/watchdog/watchdog.ts";
import { eventually, fixture, heard, lives, node } from "../process/children.ts";

interface Orchestrator {
  readonly child: ChildProcess;
  readonly ports: readonly number[];
  /** Children, the stray grandchild, and the watchdog. */
  readonly pids: readonly number[];
  readonly watchdog: number;
}

async function orchestrator(t: Test): Promise<Orchestrator> {
  const ports = await Promise.all(Array.from({ length: 6 }, () => findFreePort()));
  const args = ["--conditions=agents-source", fixture("orchestrator.ts"), ...ports.map(String)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
  t.teardown(() => child.kill("SIGKILL"));
  const line = await heard(child.stdout);
  const [watchdog = 0, ...others] = line.trim().split(" ").map(Number);
  const pids = [watchdog, ...others];
  t.equal(pids.length, 8);
  t.ok(pids.every(lives), "everything runs");
  return { child, ports, pids, watchdog };
}

async function allFree(ports: readonly number[]): Promise<boolean> {
  return (await Promise.all(ports.map(isPortFree))).every(Boolean);
}

t.test("kill -9 of the orchestrator leaves no child, no grandchild and no port after 2 s", async (t) => {
  const { child, ports, pids } = await orchestrator(t);
  child.kill("SIGKILL");
  const took = await eventually(async () => !pids.some(lives) && (await allFree(ports)), 2_000);
  t.comment(`took ${Math.round(took)} ms`);
  t.ok(took < 2_000);
});

t.test(
  "kill -9 of the orchestrator's whole group, as a terminal may do, leaves nothing either",
  async (t) => {
    const { child, ports, pids } = await orchestrator(t);
    process.kill(-(child.pid ?? 0), "SIGKILL");
    t.ok((await eventually(async () => !pids.some(lives) && (await allFree(ports)), 2_000)) < 2_000);
  },
);

t.test("a watchdog that is killed is started again, and still does its work", async (t) => {
  const { child, ports, pids, watchdog } = await orchestrator(t);
  const said = heard(child.stdout);
  process.kill(watchdog, "SIGKILL");
  const line = await said;
  t.equal(line, "The watchdog ended (SIGKILL) and was started again.\n");
  child.kill("SIGKILL");
  t.ok((await eventually(async () => !pids.some(lives) && (await allFree(ports)), 2_000)) < 2_000);
});

t.test("signals of a terminal do not reach it: it survives them and works", async (t) => {
  const { child, pids, watchdog } = await orchestrator(t);
  for (const signal of ["SIGINT", "SIGHUP", "SIGTERM"] as const) process.kill(watchdog, signal);
  child.kill("SIGKILL");
  t.ok((await eventually(() => !pids.some(lives), 2_000)) < 2_000);
});

t.test("after a stop in good order it goes, too", async (t) => {
  const { child, ports, pids } = await orchestrator(t);
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  t.same(await exited, [0, null]);
  t.notOk(pids.some(lives));
  t.ok(await allFree(ports));
});

t.test("it kills only what belongs to its run", async (t) => {
  const env = { PATH: process.env["PATH"] ?? "" };
  const [program, ...args] = node("never-exits.js");
  const start = (more: Record<string, string>): ChildProcess => {
    const child = spawn(program, args, { env: { ...env, ...more }, stdio: ["ignore", "pipe", "ignore"] });
    t.teardown(() => child.kill("SIGKILL"));
    return child;
  };
  const ours = start({ AGENTS_RUN_ID: "mine", AGENTS_NAME: "a" });
  const others = [
    start({ AGENTS_RUN_ID: "mine-too" }),
    start({ NOT_AGENTS_RUN_ID: "mine" }),
    start({ OTHER: "mine" }),
  ];
  await Promise.all([ours, ...others].map(async ({ stdout }) => once(stdout ?? ours, "data")));
  const gone = once(ours, "exit");
  const killed = await killRun("mine");
  t.same(
    killed.map(({ pid }) => pid),
    [ours.pid],
  );
  t.same(await gone, [null, "SIGKILL"]);
  t.ok(others.every(({ pid }) => lives(pid ?? 0)));
});

t.test("a group without a marker, and what it started elsewhere, is found by its registration", async (t) => {
  const child = spawn(process.execPath, [fixture("setsid-grandchild.js")], {
    env: { PATH: process.env["PATH"] ?? "" },
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const line = await heard(child.stdout);
  const grandchild = Number(/\d+/.exec(line)?.[0]);
  await killRun("nobody", { groups: new Set([child.pid ?? 0]) });
  t.notOk(lives(child.pid ?? 0));
  t.notOk(lives(grandchild));
});

t.test("it does not keep its run from ending, and ends with it", async (t) => {
  const url = new URL("../../../src/runtime/watchdog/watchdog.ts", import.meta.url).href;
  const program = `const { Watchdog } = await import(${JSON.stringify(url)});
    process.stdout.write(String(new Watchdog({ runId: "r", onTrouble: () => {} }).pid));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const line = await heard(child.stdout);
  t.same(await exited, [0, null]);
  t.ok((await eventually(() => !lives(Number(line)), 2_000)) < 2_000);
});

t.test("it is no part of a run that it was started in", async (t) => {
  process.env["AGENTS_RUN_ID"] = "outer";
  process.env["AGENTS_NAME"] = "outer";
  await using watchdog = new Watchdog({ runId: "inner", onTrouble: () => undefined });
  delete process.env["AGENTS_RUN_ID"];
  delete process.env["AGENTS_NAME"];
  t.ok(lives(watchdog.pid ?? 0));
  t.notOk((await findMarked({ runId: "outer", name: "outer" })).some(({ pid }) => pid === watchdog.pid));
});
