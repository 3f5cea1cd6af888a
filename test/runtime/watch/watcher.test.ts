import { mkdirSync, renameSync, rmSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { agentOf, watched } from "./saves.ts";

const TWO = { one: { files: ["one/main.ts", "common.ts"] }, two: { files: ["two/main.ts", "common.ts"] } };
const FILES = { "one/main.ts": "", "two/main.ts": "", "common.ts": "", "agents.config.ts": "" };

t.test("a save concerns the agents that use the file, and no other", async (t) => {
  const { write, next, untaken } = await watched(t, FILES, TWO);
  write("one/main.ts", "1");
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
  write("common.ts", "1");
  t.same(await next(), { type: "agent-saved", agents: ["one", "two"] });
  write("agents.config.ts", "1");
  t.same(await next(), { type: "config-saved" });
  t.same(untaken, []);
});

t.test("a save is told within 50 ms", async (t) => {
  const { write, next } = await watched(t, FILES, TWO);
  const times: number[] = [];
  for (let n = 0; n < 9; n += 1) {
    const start = performance.now();
    write("one/main.ts", String(n));
    await next();
    times.push(performance.now() - start);
  }
  const best = Math.min(...times);
  t.ok(best <= 50, `fastest of nine ${best.toFixed(1)} ms`);
});

t.test("a burst is one event", async (t) => {
  const { write, next, untaken } = await watched(t, FILES, TWO);
  for (let n = 0; n < 20; n += 1) {
    write("one/main.ts", String(n));
    write("common.ts", String(n));
  }
  t.same(await next(), { type: "agent-saved", agents: ["one", "two"] });
  write("agents.config.ts", "end");
  t.same(await next(), { type: "config-saved" }, "and nothing in between");
  t.same(untaken, []);
});

t.test("saves without an end are told before they end", async (t) => {
  const { write, next } = await watched(t, FILES, TWO);
  const writing = new AbortController();
  const start = performance.now();
  const first = next().then(() => {
    writing.abort();
    return performance.now() - start;
  });
  for (let n = 0; !writing.signal.aborted; n += 1) {
    write("one/main.ts", String(n));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const took = await first;
  t.ok(took < 2000, `${took.toFixed(0)} ms`);
});

t.test("an editor that writes beside and renames is one save, again and again", async (t) => {
  const { path, write, next, untaken } = await watched(t, FILES, TWO);
  for (const round of ["a", "b", "c"]) {
    write("one/.main.ts.swp", "swap");
    write("one/main.ts.tmp", round);
    renameSync(path("one/main.ts.tmp"), path("one/main.ts"));
    t.same(await next(), { type: "agent-saved", agents: ["one"] });
  }
  renameSync(path("one/main.ts"), path("one/main.ts~"));
  write("one/main.ts", "backup kept");
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
  t.same(untaken, []);
});

t.test("a file that is deleted and made again is seen, also with its folder", async (t) => {
  const { path, write, next } = await watched(t, FILES, TWO);
  unlinkSync(path("one/main.ts"));
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
  write("one/main.ts", "again");
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
  rmSync(path("one"), { recursive: true });
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
  write("one/main.ts", "once more");
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
  write("one/main.ts", "and a change");
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
});

t.test("two saves of the same size a moment apart are both told, the last one after the first", async (t) => {
  const { write, next } = await watched(t, FILES, TWO);
  write("one/main.ts", "a");
  await next();
  write("one/main.ts", "b");
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
});

t.test("a checkout of many files is one event for each agent that is in it", async (t) => {
  const files = Object.fromEntries(
    Array.from({ length: 300 }, (_, n) => [`one/deep/${n % 10}/file${n}.ts`, ""]),
  );
  const { write, next } = await watched(
    t,
    { ...FILES, ...files },
    { ...TWO, one: { files: Object.keys(files) } },
  );
  for (const name of Object.keys(files)) write(name, "checked out");
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
});

t.test("a new file counts while the build is broken, in new folders too, and not otherwise", async (t) => {
  const { path, write, next, watcher } = await watched(t, FILES, {
    one: { files: ["one/main.ts"], folder: "one" },
    two: TWO.two,
  });
  write("one/unused.ts", "no event");
  write("two/main.ts", "1");
  t.same(await next(), { type: "agent-saved", agents: ["two"] });
  watcher.update(
    agentOf("one", { files: ["one/main.ts"], folder: "one", brokenIn: "one", since: Date.now() }, path),
  );
  write("one/notes.md", "no event");
  write("one/new/deeper/part.ts", "event");
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
  write("one/new/deeper/part.ts", "a change of it");
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
});

t.test("a file that does not exist yet is waited for, wherever it is named", async (t) => {
  const { write, next } = await watched(t, FILES, {
    one: { files: ["elsewhere/later.ts", "node_modules/pkg/package.json"] },
  });
  write("elsewhere/later.ts", "1");
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
  write("node_modules/pkg/package.json", "{}");
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
});

t.test("globs restart: changed, new and removed files that fit", async (t) => {
  const { path, write, next, untaken } = await watched(
    t,
    { ...FILES, "data/a/x.csv": "" },
    {
      one: { files: ["one/main.ts"], globs: ["data/**/*.csv", "single.toml"] },
    },
  );
  write("data/a/x.csv", "1");
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
  write("data/b/c/y.csv", "new");
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
  write("data/b/c/y.txt", "does not fit");
  unlinkSync(path("data/a/x.csv"));
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
  write("single.toml", "1");
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
  t.same(untaken, []);
});

t.test(
  "dependencies, history, state and build results are left alone, except for files named outright",
  async (t) => {
    const noise = [
      "node_modules/a/index.ts",
      ".git/index",
      ".agents/run.json",
      "dist/b.ts",
      "one/node_modules/c.ts",
      ".hidden/d.ts",
    ];
    const files = { ...FILES, "dist/main.js": "", ...Object.fromEntries(noise.map((name) => [name, ""])) };
    const { write, next, untaken } = await watched(t, files, {
      one: { files: ["one/main.ts"], globs: ["**/*"], folder: "one", brokenIn: "one" },
      built: { files: ["dist/main.js"] },
    });
    for (const name of noise) write(name, "noise");
    write("dist/main.js", "built");
    t.same(await next(), { type: "agent-saved", agents: ["built"] });
    t.same(untaken, []);
  },
);

t.test("what was saved before watching began is told, and what was there before is not", async (t) => {
  const { next, untaken } = await watched(t, FILES, {
    early: { files: ["one/main.ts"], since: Date.now() - 60_000 },
    late: { files: ["one/main.ts", "two/main.ts"] },
  });
  t.same(await next(), { type: "agent-saved", agents: ["early"] });
  t.same(untaken, []);
});

t.test(
  "files that an agent gets later are watched from then on, and a save in between is not lost",
  async (t) => {
    const { path, write, next, watcher } = await watched(t, FILES, { one: { files: ["one/main.ts"] } });
    const since = Date.now();
    write("two/main.ts", "saved after it was built and before it was watched");
    watcher.update(agentOf("one", { files: ["one/main.ts", "two/main.ts"], since }, path));
    t.same(await next(), { type: "agent-saved", agents: ["one"] });
    write("two/main.ts", "and again");
    t.same(await next(), { type: "agent-saved", agents: ["one"] });
    watcher.remove("one");
    watcher.updateConfig([path("agents.config.ts"), path("part.ts")], Date.now() + 60_000);
    write("two/main.ts", "nobody's any more");
    write("agents.config.ts", "config");
    t.same(await next(), { type: "config-saved" });
  },
);

t.test("after close nothing comes and nothing is left open", async (t) => {
  const { write, watcher, untaken } = await watched(t, FILES, TWO);
  write("one/main.ts", "1");
  await watcher.close();
  write("one/main.ts", "2");
  // Node ends a handle in a later turn; a test that waits in vain ends by its time-out.
  while (process.getActiveResourcesInfo().includes("FSEventWrap"))
    await new Promise((resolve) => setImmediate(resolve));
  t.pass("no handle is open");
  t.same(untaken, []);
});

t.test("a touched file counts: its agent decides that nothing changed", async (t) => {
  const { path, next } = await watched(t, FILES, TWO);
  utimesSync(path("one/main.ts"), new Date(), new Date());
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
  mkdirSync(path("one/empty"));
  writeFileSync(join(path("one"), "main.ts"), "after an empty folder");
  t.same(await next(), { type: "agent-saved", agents: ["one"] });
});
