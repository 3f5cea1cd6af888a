import t from "tap";
import { Lineage } from "../../../src/runtime/resources/process/lineage.ts";
import { findFreePort } from "../../../src/runtime/resources/process/ports.ts";
import { createProcessResource } from "../../../src/runtime/resources/process/process-resource.ts";
import { spawnGroup } from "../../../src/runtime/resources/process/spawn.ts";
import { eventually, fixture, lives, node, specOf } from "./children.ts";

t.test("a child in a session of its own with an empty environment ends with its agent", async (t) => {
  const spec = specOf(node("hides-grandchild.js"));
  const running = await createProcessResource(spec).start(AbortSignal.timeout(10_000));
  t.teardown(async () => running.stop({ now: true }));
  const hidden = Number((await spec.line(/hidden (\d+)\n/))[1]);
  t.teardown(() => lives(hidden) && process.kill(hidden, "SIGKILL"));
  t.ok(lives(hidden));
  await running.stop();
  t.notOk(lives(hidden));
});

t.test("what was seen below a leader is told by pid and start time, and told off when it ends", async (t) => {
  const told: string[] = [];
  const lineage = new Lineage();
  const spec = specOf(node("hides-grandchild.js"));
  const child = await spawnGroup(spec);
  t.teardown(() => lives(child.pid) && process.kill(child.pid, "SIGKILL"));
  child.stdout.on("data", (chunk: Buffer) => spec.onOutput("stdout", chunk));
  lineage.follow(child.pid, {
    addProcess: ({ pid }) => told.push(`add ${pid}`),
    removeProcess: ({ pid }) => told.push(`remove ${pid}`),
  });
  t.teardown(() => lineage.forget(child.pid));
  const hidden = Number((await spec.line(/hidden (\d+)\n/))[1]);
  await eventually(() => told.length > 0, 2_000);
  t.same(told, [`add ${hidden}`], "without being asked");
  process.kill(child.pid, "SIGKILL");
  await child.exit;
  t.match(lineage.living(child.pid), [{ pid: hidden }], "also when its parent is gone");
  process.kill(hidden, "SIGKILL");
  // On a machine where nothing else is started it is looked every 5 s.
  await eventually(() => told.length > 1, 20_000);
  t.same(told, [`add ${hidden}`, `remove ${hidden}`]);
});

t.test("the watchdog of a run inside of an agent is left to its work, and that is then done", async (t) => {
  const ports = await Promise.all(Array.from({ length: 6 }, () => findFreePort()));
  const spec = specOf([
    process.execPath,
    "--conditions=agents-source",
    fixture("orchestrator.ts"),
    ...ports.map(String),
  ]);
  const running = await createProcessResource(spec).start(AbortSignal.timeout(10_000));
  t.teardown(async () => running.stop({ now: true }));
  const line = await spec.line(/^([\d ]+)\n/);
  const [watchdog = 0, ...others] = String(line[1]).split(" ").map(Number);
  t.equal(others.length, 7);
  const lineage = new Lineage();
  const told: number[] = [];
  lineage.follow(running.pid ?? 0, { addProcess: ({ pid }) => void told.push(pid), removeProcess: () => {} });
  t.teardown(() => lineage.forget(running.pid ?? 0));
  const below = lineage.living(running.pid ?? 0).map(({ pid }) => pid);
  t.ok(below.length >= 6, "it is looked below");
  t.notOk([...below, ...told].includes(watchdog));
  await running.stop({ now: true });
  t.ok((await eventually(() => ![watchdog, ...others].some(lives), 3_000)) < 3_000);
});
