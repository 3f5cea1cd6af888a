import t from "tap";
import { Lineage } from "../../../src/runtime/resources/process/lineage.ts";
import { createProcessResource } from "../../../src/runtime/resources/process/process-resource.ts";
import { spawnGroup } from "../../../src/runtime/resources/process/spawn.ts";
import { eventually, lives, node, specOf } from "./children.ts";

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
  await eventually(() => told.length > 1, 5_000);
  t.same(told, [`add ${hidden}`, `remove ${hidden}`]);
});
