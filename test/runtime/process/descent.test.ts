import t from "tap";
import { Descent } from "../../../src/runtime/resources/process/descent.ts";
import { byDescent } from "../../../src/runtime/resources/process/kin.ts";
import { processTable, psTable } from "../../../src/runtime/resources/process/process-table.ts";
import { RunningProcess } from "../../../src/runtime/resources/process/running-process.ts";
import { spawnGroup } from "../../../src/runtime/resources/process/spawn.ts";
import { lives, node, specOf } from "./children.ts";

/* What systems without /proc have to do with, tried on whatever this is: `ps` is everywhere. */

t.test("ps tells the same about processes as /proc", (t) => {
  const byPid = new Map(psTable().map((row) => [row.pid, row]));
  const us = byPid.get(process.pid);
  const proc = processTable().find(({ pid }) => pid === process.pid);
  t.same({ ...us, start: "" }, { ...proc, start: "" });
  t.end();
});

t.test(
  "a grandchild in a session of its own is found by having been seen below its leader, and told on",
  async (t) => {
    const spec = specOf(node("setsid-grandchild.js"));
    const child = await spawnGroup(spec);
    const told: string[] = [];
    const keeper = {
      add: (pgid: number) => told.push(`add ${pgid}`),
      remove: (pgid: number) => told.push(`remove ${pgid}`),
      addProcess: () => undefined,
      removeProcess: () => undefined,
    };
    const kin = byDescent(child.pid, keeper, new Descent());
    child.stdout.on("data", (chunk: Buffer) => spec.onOutput("stdout", chunk));
    const running = new RunningProcess(child, { kin, stopTimeoutMs: 2_000, onGone: () => undefined });
    t.teardown(async () => running.stop({ now: true }));
    const grandchild = Number((await spec.line(/(\d+)\n/))[1]);
    t.ok(lives(grandchild));
    await running.stop();
    t.notOk(lives(grandchild));
    t.same(told, [`add ${grandchild}`, `remove ${grandchild}`]);
  },
);
