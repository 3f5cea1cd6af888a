import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import t from "tap";
import type { Bundle } from "../../../src/runtime/resources/bundle/bundle.ts";
import { createBundler } from "../../../src/runtime/resources/bundle/bundler.ts";
import type { ReloadReport } from "../../../src/runtime/watch/reloader.ts";
import { createReloader } from "../../../src/runtime/watch/reloader.ts";
import { createWatcher } from "../../../src/runtime/watch/watcher.ts";

t.test("save, bundle, restart: a broken save keeps the old process, the next one replaces it", async (t) => {
  const root = t.testdir({ "package.json": `{ "type": "module" }` });
  const write = (name: string, content: string): void => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  };
  write(
    "src/main.ts",
    `import { version } from "./version.ts"; console.log(version); setInterval(() => {}, 1000);`,
  );
  write("src/version.ts", `export const version: string = "one";`);
  const entry = join(root, "src/main.ts");
  const bundler = createBundler({ root, cacheDir: join(root, ".agents/cache") });

  let running: { readonly child: ChildProcess; readonly bundle: Bundle } | null = null;
  const stop = async (): Promise<void> => {
    if (running === null) return;
    const { child } = running;
    running = null;
    child.kill();
    await once(child, "exit");
  };
  const lines: string[] = [];
  const start = async (bundle: Bundle): Promise<void> => {
    await stop();
    const { args, env } = bundler.launch(bundle);
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    running = { child, bundle };
    const [line] = await once(createInterface(child.stdout), "line");
    lines.push(String(line));
  };

  const reports: ReloadReport<Bundle>[] = [];
  let reported = Promise.withResolvers<ReloadReport<Bundle>>();
  const started = Date.now();
  const watchedBy = (since: number, broken: boolean) => ({
    name: "one",
    files: bundler.inputs("one"),
    globs: [],
    folder: dirname(entry),
    brokenIn: broken ? dirname(entry) : null,
    since,
  });
  await start(await bundler.prepare("one", entry));
  const reloader = createReloader<Bundle>({
    build: async () => {
      const since = Date.now();
      let broken = true;
      try {
        const bundle = await bundler.prepare("one", entry);
        broken = false;
        return bundle;
      } finally {
        watcher.update(watchedBy(since, broken));
      }
    },
    runs: (_, bundle) => running?.bundle.hash === bundle.hash,
    restart: (_, bundle) => start(bundle),
    report: (report) => {
      reports.push(report);
      if (report.at === "unchanged") return;
      reported.resolve(report);
      reported = Promise.withResolvers();
    },
  });
  const watcher = await createWatcher({
    root,
    config: { files: [], since: started },
    agents: [watchedBy(started, false)],
    onEvent: (event) => {
      if (event.type === "agent-saved") reloader.saved(event.agents);
    },
    onNotice: ({ message }) => t.fail(message),
  });
  t.teardown(async () => {
    await watcher.close();
    await reloader.close();
    await bundler.close();
    await stop();
  });
  const save = async (name: string, content: string): Promise<ReloadReport<Bundle>> => {
    const { promise } = reported;
    write(name, content);
    return await promise;
  };

  t.match(await save("src/version.ts", `export const version: string = "two";`), { at: "restarted" });
  const before = running;
  t.match(await save("src/version.ts", `export const version: string = ;`), {
    at: "broken",
    error: { code: "AGENTS_ENTRY_BROKEN", message: /src\/version\.ts:1:32/ },
  });
  t.equal(running, before, "the old process still runs");
  t.match(await save("src/version.ts", `export { version } from "./made/later.ts";`), { at: "broken" });
  t.match(await save("src/made/later.ts", `export const version = "three";`), { at: "restarted" });
  t.same(lines, ["one", "two", "three"]);
});
