import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Test } from "tap";
import t from "tap";
import { REPO } from "../helpers/cli.ts";

/** A copy of what is built, so that nobody's dist/ is touched. */
function copy(t: Test): string {
  const root = t.testdir({});
  for (const name of [
    "scripts",
    "src",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "tsconfig.build.json",
  ])
    cpSync(join(REPO, name), join(root, name), { recursive: true });
  symlinkSync(join(REPO, "node_modules"), join(root, "node_modules"));
  return root;
}

async function prepare(root: string): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const args = ["-u", "NODE_OPTIONS", process.execPath, join(root, "scripts/prepare.js")];
  const child = spawn("env", args, { stdio: ["ignore", "ignore", "pipe"] });
  const [stderr] = await Promise.all([text(child.stderr), once(child, "close")]);
  return { code: child.exitCode, stderr };
}

const left = (root: string): readonly string[] =>
  readdirSync(root).filter((name) => name.startsWith("dist."));
const chunks = (root: string): ReadonlySet<string> =>
  new Set(readdirSync(join(root, "dist/cli")).filter((name) => /-[A-Z0-9]{8}\.js$/.test(name)));

t.test(
  "a build keeps the chunks of the one before, for a run that imports them late, and no older ones",
  async (t) => {
    const root = copy(t);
    t.equal((await prepare(root)).code, 0);
    const first = chunks(root);
    const change = (build: string): void =>
      appendFileSync(
        join(root, "src/runtime/model/errors.ts"),
        `\nReflect.set(globalThis, "${build}", 1);\n`,
      );
    change("second");
    t.equal((await prepare(root)).code, 0);
    const second = chunks(root);
    t.same([...first.difference(second)], [], "all of the first are there");
    t.ok(second.difference(first).size > 0, "beside new ones");
    change("third");
    t.equal((await prepare(root)).code, 0);
    const third = chunks(root);
    t.ok(first.difference(third).size > 0, "the first is forgotten");
    t.same([...second.difference(first).difference(third)], [], "the second is kept");
    t.same(left(root), []);
  },
);

t.test("a build that fails leaves dist/ as it was and nothing beside it", async (t) => {
  const root = copy(t);
  mkdirSync(join(root, "dist"));
  writeFileSync(join(root, "dist/kept"), "");
  writeFileSync(
    join(root, "scripts/bundle-cli.js"),
    'export const bundleCli = () => { throw new Error("no"); };\n',
  );
  const ran = await prepare(root);
  t.equal(ran.code, 1);
  t.match(ran.stderr, /Error: no/);
  t.ok(existsSync(join(root, "dist/kept")));
  t.same(left(root), []);
});

t.test(
  "what a build that was killed left beside dist/ goes with the next one; another that is under way stays",
  async (t) => {
    const root = copy(t);
    const ended = spawn(process.execPath, ["--version"], { stdio: "ignore" });
    await once(ended, "close");
    const [mine, its] = [`dist.new-${process.pid}`, `dist.old-${ended.pid}`];
    for (const name of [mine, its, `dist.new-${ended.pid}`]) mkdirSync(join(root, name));
    t.equal((await prepare(root)).code, 0);
    t.same(left(root), [mine]);
  },
);

t.test("a package whose licence is not to be found is not bundled", async (t) => {
  const root = copy(t);
  mkdirSync(join(root, "src/bare/node_modules/bare"), { recursive: true });
  writeFileSync(join(root, "src/bare/node_modules/bare/index.js"), "export const bare = globalThis;\n");
  writeFileSync(
    join(root, "src/bare/node_modules/bare/package.json"),
    '{ "name": "bare", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
  );
  writeFileSync(join(root, "src/bare/uses.js"), 'import { bare } from "bare";\nbare.used = 1;\n');
  appendFileSync(join(root, "src/cli/main.ts"), '\nawait import("../bare/uses.js");\n');
  const ran = await prepare(root);
  t.equal(ran.code, 1);
  t.match(ran.stderr, /bare is to be bundled, and has no file with its licence/);
});
