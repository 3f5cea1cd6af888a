import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import t from "tap";
import { pkg, project } from "./project.ts";

const BUNDLER = join(import.meta.dirname, "../../../src/runtime/resources/bundle/bundler.ts");
const DEP = pkg("dep", {}, { "index.js": `exports.dep = "dep";` });

/** Prepares in a process of its own; tells the bundle, and whether esbuild was loaded. */
const SCRIPT = `
  import { createRequire } from "node:module";
  import { createBundler } from ${JSON.stringify(BUNDLER)};
  const [root, entry] = process.argv.slice(1);
  const bundler = createBundler({ root, cacheDir: root + "/.agents/cache" });
  const { file } = await bundler.prepare("one", entry);
  await bundler.close();
  const loaded = Object.keys(createRequire(root + "/x.js").cache).some((key) => key.includes("/esbuild/lib/"));
  process.stdout.write(JSON.stringify({ file, loaded }));
`;

async function prepareElsewhere(
  root: string,
  entry: string,
): Promise<{ readonly file: string; readonly loaded: boolean }> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--input-type=module",
    "-e",
    SCRIPT,
    root,
    entry,
  ]);
  return JSON.parse(stdout) as { file: string; loaded: boolean };
}

t.test("with nothing changed the next run uses the same bundle and does not load esbuild", async (t) => {
  const { root, path, write } = project(t, {
    ...DEP,
    "main.ts": `import { dep } from "dep"; console.log(dep);`,
  });
  const first = await prepareElsewhere(root, path("main.ts"));
  t.ok(first.loaded);
  t.same(await prepareElsewhere(root, path("main.ts")), { file: first.file, loaded: false });
  utimesSync(path("main.ts"), new Date(), new Date());
  t.same(
    await prepareElsewhere(root, path("main.ts")),
    { file: first.file, loaded: false },
    "a touched file is not a changed one",
  );
  write("main.ts", `import { dep } from "dep"; console.log(dep + 1);`);
  const changed = await prepareElsewhere(root, path("main.ts"));
  t.ok(changed.loaded);
  t.not(changed.file, first.file);
});

t.test("what was built before is the same bundle again when the source goes back", async (t) => {
  const { bundler, path, write } = project(t, { "main.ts": `console.log(1);` });
  const one = await bundler.prepare("one", path("main.ts"));
  write("main.ts", `console.log(2);`);
  const two = await bundler.prepare("one", path("main.ts"));
  write("main.ts", `console.log(1);`);
  t.not(two.hash, one.hash);
  t.equal((await bundler.prepare("one", path("main.ts"))).file, one.file);
});

t.test("a change of a package, of tsconfig.json or of one it extends builds again", async (t) => {
  const { another, path, write, run } = project(t, {
    ...DEP,
    "tsconfig.json": `{ "extends": "./base.json" } // comment`,
    "base.json": `{ "compilerOptions": { "jsx": "react", "jsxFactory": "first" } }`,
    "main.tsx": `import { dep } from "dep"; const first = () => "first", second = () => "second"; console.log(dep, <b/>);`,
  });
  const print = async (): Promise<string> =>
    (await run(await another().prepare("one", path("main.tsx")))).stdout;
  t.equal(await print(), "dep first\n");
  write("node_modules/dep/index.js", `exports.dep = "new";`);
  t.equal(await print(), "new first\n");
  write("base.json", `{ "compilerOptions": { "jsx": "react", "jsxFactory": "second" } }`);
  t.equal(await print(), "new second\n");
});

t.test("a package that appears in the sources during a run is built then", async (t) => {
  const { bundler, path, write, run } = project(t, { ...DEP, "main.ts": `console.log("none");` });
  t.equal((await run(await bundler.prepare("one", path("main.ts")))).stdout, "none\n");
  write("main.ts", `import { dep } from "dep"; console.log(dep);`);
  t.equal((await run(await bundler.prepare("one", path("main.ts")))).stdout, "dep\n");
});

t.test("a damaged cache is built again", async (t) => {
  const { another, bundler, cacheDir, path, run } = project(t, {
    ...DEP,
    "main.ts": `import { dep } from "dep"; console.log(dep);`,
  });
  const damages: readonly string[] = ["", "{", "null", "[]", `{"key":1}`];
  const first = await another().prepare("one", path("main.ts"));
  const files = readdirSync(cacheDir, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".json"),
  );
  t.equal(files.length, 2);
  for (const file of files) {
    for (const damage of damages) {
      writeFileSync(join(cacheDir, file), damage);
      t.equal((await another().prepare("one", path("main.ts"))).file, first.file);
    }
  }
  for (const gone of [dirname(first.file), join(cacheDir, "node_modules"), cacheDir]) {
    rmSync(gone, { recursive: true });
    t.equal((await run(await another().prepare("one", path("main.ts")))).stdout, "dep\n");
    rmSync(gone, { recursive: true });
    t.equal((await run(await bundler.prepare("one", path("main.ts")))).stdout, "dep\n", "also within a run");
  }
});

t.test("two runs that build at the same time both get a whole bundle", async (t) => {
  const { root, path, run, bundler } = project(t, {
    ...DEP,
    "main.ts": `import { dep } from "dep"; console.log(dep);`,
  });
  const both = await Promise.all([
    prepareElsewhere(root, path("main.ts")),
    prepareElsewhere(root, path("main.ts")),
  ]);
  t.equal(both[0].file, both[1].file);
  t.equal((await run(await bundler.prepare("one", path("main.ts")))).stdout, "dep\n");
  const left = readdirSync(join(root, ".agents/cache"), { recursive: true, encoding: "utf8" });
  t.same(
    left.filter((name) => name.includes(".new-")),
    [],
    "nothing half-written is left",
  );
});

t.test("agents that start together share their dependencies, built once", async (t) => {
  const { bundler, cacheDir, path } = project(t, {
    ...DEP,
    ...pkg("other", {}, { "index.js": `exports.other = 1;` }),
    "a.ts": `import "dep";`,
    "b.ts": `import "dep"; import "other";`,
    "c.ts": `import "other";`,
  });
  await Promise.all(["a", "b", "c"].map((name) => bundler.prepare(name, path(`${name}.ts`))));
  const sets = readdirSync(join(cacheDir, "node_modules")).filter((name) => name.endsWith(".json"));
  t.equal(sets.length, 1);
});

t.test("calls for one agent run one after the other and each sees the newest source", async (t) => {
  const { bundler, path, write, run } = project(t, { "main.ts": `console.log(0);` });
  const calls = Array.from({ length: 5 }, (_, n) => {
    write("main.ts", `console.log(${n});`);
    return bundler.prepare("one", path("main.ts"));
  });
  const last = (await Promise.all(calls)).at(-1);
  t.equal(last === undefined ? "" : (await run(last)).stdout, "4\n");
});

t.test("what nobody uses any more goes, what is used or new stays", async (t) => {
  const { another, cacheDir, path, write } = project(t, { ...DEP, "main.ts": `import "dep";` });
  const used = await another().prepare("one", path("main.ts"));
  const old = new Date(Date.now() - 2 * 3_600_000);
  const stray = ["bundles/gone-123", "node_modules/123", "bundles/young-123"].map((name) =>
    join(cacheDir, name),
  );
  for (const dir of stray) mkdirSync(dir);
  for (const dir of [...stray.slice(0, 2), dirname(used.file)]) utimesSync(dir, old, old);
  write("node_modules/.keep", "");
  await another().prepare("one", path("main.ts"));
  t.same(
    stray.map((dir) => existsSync(dir)),
    [false, false, true],
  );
  t.ok(existsSync(used.file));
});

t.test("during a run the bundles of many saves do not pile up", async (t) => {
  const { bundler, cacheDir, path, write } = project(t, { "main.ts": `console.log(0);` });
  for (let n = 0; n < 8; n += 1) {
    write("main.ts", `console.log(${n});`);
    await bundler.prepare("one", path("main.ts"));
  }
  const files = readdirSync(join(cacheDir, "bundles"), { recursive: true, encoding: "utf8" });
  t.equal(files.filter((name) => name.endsWith(".mjs")).length, 3);
});

t.test("a cache folder that cannot be made is an error that says so", async (t) => {
  const { root, path, write, bundler } = project(t, { "main.ts": `console.log(0);` });
  write(".agents", "a file where a folder should be");
  t.ok(readFileSync(join(root, ".agents")));
  await t.rejects(bundler.prepare("one", path("main.ts")), {
    code: "AGENTS_STATE_BROKEN",
    details: { hint: /writable/ },
  });
});
