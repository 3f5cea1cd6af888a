import { spawnSync } from "node:child_process";
import { join } from "node:path";
import t from "tap";

const WATCHER = join(import.meta.dirname, "../../../src/runtime/watch/watcher.ts");

/** Opens files until none is left, so that the watcher gets EMFILE from the system itself. */
const SCRIPT = `
  import { closeSync, openSync } from "node:fs";
  import { createWatcher } from ${JSON.stringify(WATCHER)};
  await import("chokidar");
  const held = [];
  try { for (;;) held.push(openSync("/dev/null", "r")); } catch (error) { if (error.code !== "EMFILE") throw error; }
  const notices = [];
  const root = process.argv[1];
  const agents = ["a", "b", "c"].map((name) => ({ name, files: [root + "/" + name + ".ts"], globs: [], folder: root, brokenIn: null, since: Date.now() + 1000 }));
  const watcher = await createWatcher({ root, config: { files: [], since: Date.now() }, agents, onEvent() {}, onNotice: (n) => notices.push(n) });
  for (const fd of held) closeSync(fd);
  await watcher.close();
  process.stdout.write(JSON.stringify(notices));
`;

t.test(
  "when the system watches no more, one notice says what to do and the run goes on",
  { skip: process.platform === "win32" ? "POSIX limits" : false },
  async (t) => {
    const root = t.testdir({ "a.ts": "", "b.ts": "", "c.ts": "" });
    const { stdout, stderr, status } = spawnSync(
      "/bin/sh",
      ["-c", `ulimit -n 128 && exec "$0" --input-type=module -e "$1" "$2"`, process.execPath, SCRIPT, root],
      { encoding: "utf8" },
    );
    t.equal(status, 0, stderr);
    const notices: unknown = JSON.parse(stdout);
    t.match(notices, [{ message: /too many open files or watchers \(EMFILE\)/, hint: /ulimit -n/ }]);
    t.equal((notices as unknown[]).length, 1);
  },
);
