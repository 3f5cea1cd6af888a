import type { ChildProcess } from "node:child_process";
import { execFileSync, fork, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { AgentsError } from "../../../src/runtime/model/errors.ts";
import { processStart } from "../../../src/runtime/control/process-start.ts";
import { acquireRunLock, lockOwner } from "../../../src/runtime/control/run-lock.ts";

const FIXTURES = join(import.meta.dirname, "fixtures");

interface Contender {
  readonly child: ChildProcess;
  readonly result: { readonly at: string; readonly pid?: number };
}

/** Starts processes, lets all of them try at the same moment, and waits for what came of it. */
async function race(root: string, count: number, ...args: string[]): Promise<readonly Contender[]> {
  const children = Array.from({ length: count }, () =>
    fork(join(FIXTURES, "takes-lock.ts"), [root, ...args], { execArgv: [] }),
  );
  await Promise.all(children.map((child) => once(child, "message")));
  const results = children.map(async (child) => {
    const [result]: Contender["result"][] = await once(child, "message");
    return { child, result: result ?? { at: "nothing" } };
  });
  for (const child of children) child.send("go");
  return Promise.all(results);
}

async function end(contenders: readonly Contender[], signal?: NodeJS.Signals): Promise<void> {
  await Promise.all(
    contenders.map(async ({ child }) => {
      const closed = once(child, "exit");
      if (signal === undefined) child.send("end");
      else child.kill(signal);
      await closed;
    }),
  );
}

void test("Of ten processes that try at the same moment exactly one gets the folder, again and again", async (t) => {
  const root = t.testdir();
  // The first round finds nothing; the later ones find a lock that was released, or whose owner was killed.
  for (const way of ["release", "kill", "exit", "kill", "release"]) {
    const contenders = await race(root, 10, way);
    const winners = contenders.filter(({ result }) => result.at === "acquired");
    t.equal(winners.length, 1, way);
    const pid = winners[0]?.child.pid;
    t.ok(
      contenders.every(({ result }) => result.at === "acquired" || result.pid === pid),
      "the others know who",
    );
    t.equal(lockOwner(join(root, ".agents"))?.pid, pid);
    await end(contenders, way === "kill" ? "SIGKILL" : undefined);
    t.equal(lockOwner(join(root, ".agents")), null);
  }
  const left = readdirSync(join(root, ".agents"));
  t.ok(left.filter((name) => name.startsWith("lock.")).length <= 1, left.join(" "));
  t.same(
    left.filter((name) => name.startsWith("lock-")),
    [],
    "no drafts are left",
  );
});

void test("A lock is released once, and the folder can be taken again by the same process", (t) => {
  const root = t.testdir();
  const first = acquireRunLock(root);
  t.equal(first.at, "acquired");
  t.match(acquireRunLock(root), {
    at: "taken",
    by: { pid: process.pid, processStart: processStart(process.pid) },
  });
  if (first.at === "acquired") first.lock.release();
  const second = acquireRunLock(root);
  t.equal(second.at, "acquired");
  if (first.at === "acquired") first.lock.release();
  t.equal(acquireRunLock(root).at, "taken", "releasing twice does not take it from the next one");
  t.equal(statSync(join(root, ".agents")).mode & 0o777, 0o700);
  t.end();
});

void test("A lock whose pid belongs to another process by now is stale", (t) => {
  const root = t.testdir({
    ".agents": { "lock.4": JSON.stringify({ pid: process.pid, processStart: "1" }) },
  });
  t.equal(acquireRunLock(root).at, "acquired");
  t.same(readdirSync(join(root, ".agents")), [".gitignore", "lock.5"]);
  t.end();
});

void test("A lock file that makes no sense is nobody's", (t) => {
  for (const text of [
    "",
    "{",
    "null",
    "[]",
    '{"pid":"x"}',
    '{"pid":-1,"processStart":"1"}',
    `{"pid":${process.pid}}`,
  ]) {
    const root = t.testdir({ ".agents": { "lock.1": text } });
    t.equal(acquireRunLock(root).at, "acquired", text);
  }
  t.end();
});

void test("A zombie holds nothing", { skip: process.platform !== "linux" && "needs /proc" }, async (t) => {
  // The child ends once its parent is no shell any more but a sleep, which never fetches it.
  const child = 'while [ "$(cat /proc/$PPID/comm)" != sleep ]; do :; done';
  const parent = spawn("sh", ["-c", `sh -c '${child}' & echo $!; exec sleep 60`], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  t.teardown(() => parent.kill("SIGKILL"));
  const [text]: Buffer[] = await once(parent.stdout, "data");
  const pid = Number(text?.toString());
  while (!execFileSync("ps", ["-o", "state=", "-p", String(pid)], { encoding: "utf8" }).startsWith("Z")) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.equal(processStart(pid), null);
  t.not(processStart(parent.pid ?? 0), null);
});

void test("A state folder that cannot be used is one clear error", (t) => {
  const file = t.testdir({ ".agents": "a file" });
  t.throws(() => acquireRunLock(file), AgentsError);
  t.throws(() => acquireRunLock(file), {
    code: "AGENTS_STATE_BROKEN",
    details: { path: join(file, ".agents"), hint: /Move/ },
  });
  t.end();
});

void test(
  "A folder without rights is one clear error",
  { skip: process.getuid?.() !== 0 && "needs root, to become somebody else" },
  (t) => {
    const root = t.testdir({ readme: "" });
    mkdirSync(join(root, ".agents"), { mode: 0o700 });
    writeFileSync(join(root, ".agents", "run.json"), "{}");
    chmodSync(root, 0o755);
    const { stdout } = spawnSync(process.execPath, [join(FIXTURES, "opens-state.ts"), root, "65534"], {
      encoding: "utf8",
    });
    t.match(JSON.parse(stdout), {
      code: "AGENTS_STATE_BROKEN",
      path: join(root, ".agents"),
      hint: /chown|user/,
    });
    t.end();
  },
);
