import { randomUUID } from "node:crypto";
import t from "tap";
import { findFreePort } from "../../../src/runtime/resources/process/ports.ts";
import { createProcessResource } from "../../../src/runtime/resources/process/process-resource.ts";
import type { Resource } from "../../../src/runtime/resources/resource.ts";
import { PausableDaprd } from "../../../src/runtime/resources/sidecar/daprd/pausable-daprd.ts";
import { node, specOf } from "../process/children.ts";
import type { Owner } from "./kit.ts";

interface Paused {
  readonly pausable: PausableDaprd;
  /** How often one was started. */
  readonly starts: () => number;
  /** Resolves once a process runs, or none does. */
  readonly until: (runs: boolean) => Promise<number | null>;
}

async function start(t: Owner): Promise<Paused> {
  const spec = specOf(node("listens.js"), {
    name: "worker-dapr",
    runId: `test-${randomUUID()}`,
    env: { PATH: process.env["PATH"] ?? "", PORT: String(await findFreePort()) },
    stopTimeoutMs: 5_000,
  });
  let count = 0;
  const inner = createProcessResource(spec);
  const resource: Resource = {
    name: inner.name,
    start: async (signal) => {
      count += 1;
      return await inner.start(signal);
    },
  };
  const looks = new Set<() => void>();
  const look = (): void => {
    for (const one of looks) one();
  };
  const pausable = new PausableDaprd(resource, await resource.start(new AbortController().signal), look);
  t.teardown(async () => await pausable.stop({ now: true }));
  const until = (runs: boolean): Promise<number | null> =>
    new Promise((resolve) => {
      const check = (): void => {
        if ((pausable.pid !== null) !== runs) return;
        looks.delete(check);
        resolve(pausable.pid);
      };
      looks.add(check);
      check();
    });
  return { pausable, starts: () => count, until };
}

t.test("a daprd rests and comes back, and neither is a crash", async (t) => {
  const { pausable, starts, until } = await start(t);
  const first = pausable.pid;
  pausable.pause();
  t.equal(pausable.paused, true);
  await until(false);
  pausable.resume();
  const second = await until(true);
  t.not(second, first);
  t.equal(starts(), 2);
  t.equal(pausable.paused, false);
  process.kill(second ?? 0, "SIGKILL");
  t.match(await pausable.exited, { by: "signal", signal: "SIGKILL" }, "a crash is one");
});

t.test("what is wanted last counts", async (t) => {
  const { pausable, starts, until } = await start(t);
  pausable.pause();
  pausable.resume();
  pausable.pause();
  pausable.resume();
  await until(true);
  t.ok(starts() <= 2, `${starts()} starts`);
  await pausable.stop();
});

t.test("one that rests can be stopped, and one whose gate is gone ends as a crash does", async (t) => {
  const resting = await start(t);
  resting.pausable.pause();
  await resting.until(false);
  t.same(await resting.pausable.stop(), { by: "code", code: 0 });
  const failing = await start(t);
  failing.pausable.fail("its gate is gone");
  t.same(await failing.pausable.exited, { by: "spawn-error", message: "its gate is gone" });
});
