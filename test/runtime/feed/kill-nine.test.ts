import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "tap";
import type { LogLine } from "../../../src/runtime/feed/log-line.ts";
import { openLogReader } from "../../../src/runtime/feed/log-reader.ts";
import { createLogStore } from "../../../src/runtime/feed/log-store.ts";
import { all, faults } from "./reading.ts";

const STORE = join(import.meta.dirname, "fixtures/store-process.ts");

void test("kill -9 in the middle of a flood leaves every line that was read, whole and in order", async (t) => {
  const dir = t.testdir();
  const runtime = spawn(process.execPath, [STORE, dir, "3"], { stdio: ["ignore", "pipe", "ignore"] });
  t.teardown(() => runtime.kill("SIGKILL"));
  const [announced = "[]"]: string[] = await once(createInterface({ input: runtime.stdout }), "line");
  runtime.kill("SIGKILL");
  await once(runtime, "close");
  const known: LogLine[] = JSON.parse(announced);
  const lines = await all(openLogReader(dir).readLogs({ resources: [] }));
  t.ok(lines.length > 10_000);
  // Only the very last line of a file may be torn, by the kill in the middle of a write.
  const last = new Set(
    ["child-0", "child-1", "child-2"].map((name) => lines.findLast(({ resource }) => resource === name)),
  );
  t.same(faults(lines.filter((line) => !last.has(line))), []);
  const announcedSeq = known[0]?.seq ?? Number.NaN;
  t.ok(
    lines.some(({ seq, text }) => seq === announcedSeq && text === known[0]?.text),
    "what was said to be kept is there",
  );

  using store = createLogStore(dir);
  store.writer("child-0").write("stdout", Buffer.from("after the crash\n"));
  const after = await all(store.readLogs({ resources: ["child-0"], last: 1 }));
  t.equal(after[0]?.text, "after the crash");
  t.ok((after[0]?.seq ?? 0) > Math.max(...lines.slice(-100).map(({ seq }) => seq)), "numbers go on");
});
