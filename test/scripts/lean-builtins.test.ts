import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import t from "tap";
import { CLI, REPO } from "../helpers/cli.ts";

const LEAN = join(REPO, "scripts/lean-builtins.js");

t.test("a built file that asks for Node's modules by name does what it did before", (t) => {
  const folder = t.testdir({
    "own.js": "export const own = (text) => `own ${text}`;\n",
    "built.mjs": `#!/usr/bin/env node
import { own } from "./own.js";
say(own(join("a", "b")));
import path, { join, resolve as absolute } from "path";
import * as url from "node:url";
import {
  sep
} from "node:path";
import "node:fs";
say(path.join === join, absolute === path.resolve, sep === path.sep);
say(url.fileURLToPath("file:///x"), 'import { x } from "node:fs";');
const { version } = await import("node:process");
say(version === process.version);
function say(...all) { process.stdout.write(all.join(" ") + "\\n"); }
`,
    "package.json": '{ "type": "module" }',
  });
  const file = join(folder, "built.mjs");
  const run = (): string => execFileSync(process.execPath, [file], { encoding: "utf8" });
  const before = run();
  execFileSync(process.execPath, [
    "--input-type=module",
    "-e",
    `(await import(${JSON.stringify(LEAN)})).leanBuiltins(${JSON.stringify(file)})`,
  ]);
  t.equal(run(), before);
  const after = readFileSync(file, "utf8");
  t.match(after, /^#!\/usr\/bin\/env node\n/u, "it can still be executed");
  t.notMatch(after, /^import .*from "(?:node:.*|path)";$/mu, "nothing of Node is imported");
  t.match(after, /^import \{ own \} from "\.\/own\.js";$/mu, "other files are");
  t.end();
});

t.test("a command loads no part of Node that it does not use", async (t) => {
  const preload = `process.on("exit", () => process.stderr.write(process.moduleLoadList.join("\\n")))`;
  const cwd = t.testdir({ "agents.config.json": '{ "name": "bare", "agents": {} }' });
  // `env -u`: what tap adds to a child's Node loads some of it.
  const node = ["-u", "NODE_OPTIONS", process.execPath, "--import", `data:text/javascript,${preload}`];
  const { stderr } = await promisify(execFile)("env", [...node, CLI, "down"], { cwd });
  const loaded = new Set(stderr.split("\n").map((line) => line.replace("NativeModule ", "")));
  t.ok(loaded.has("timers/promises"), "what it uses is there");
  for (const unused of [
    "internal/deps/undici/undici",
    "crypto",
    "internal/crypto/webcrypto",
    "internal/fs/streams",
  ])
    t.notOk(loaded.has(unused), `without ${unused}`);
});
