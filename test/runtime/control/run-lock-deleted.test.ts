import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { acquireRunLock } from "../../../src/runtime/control/run-lock.ts";

const MODULE = new URL("../../../src/runtime/control/run-lock.ts", import.meta.url).href;

t.test("who held the lock of a folder that was deleted since takes nobody else's away", async (t) => {
  const root = t.testdir();
  const first = acquireRunLock(root);
  t.equal(first.at, "acquired");
  rmSync(join(root, ".agents"), { recursive: true });
  const script = `const { acquireRunLock } = await import(${JSON.stringify(MODULE)});
    process.stdout.write(acquireRunLock(${JSON.stringify(root)}).at);
    process.stdin.resume();`;
  const next = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.teardown(() => next.kill("SIGKILL"));
  const [said]: unknown[] = await once(next.stdout, "data");
  t.equal(String(said), "acquired");
  if (first.at === "acquired") first.lock.release();
  t.match(acquireRunLock(root), { at: "taken", by: { pid: next.pid } });
});
