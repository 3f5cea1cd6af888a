// Builds dist/ when it is not current: what is imported (the config functions, the kit) as modules with their types, the
// CLI as bundles, as the number of its modules was most of what a start cost. npm runs this on `npm install`, and npm 10 again on every `npx agents …`, also
// while a run is up: so it compares a content hash first (a few ms), builds beside dist/ and swaps it in by a rename.
// Plain JavaScript with node: imports only, as it runs before anything is built.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const stamp = join(dist, ".source-hash");
/** Packages that decide what the bundles hold. The lock file is no witness: npm 10 rewrites it where npm 11 has written it. */
const BUNDLED = ["chokidar", "commander", "esbuild", "execa", "oxc-parser"];
const force = process.argv.includes("--force");

// By npm alone: the tests run this file, too, several at a time, and would build tap under each other's feet.
if (["prepare", "build"].includes(process.env.npm_lifecycle_event ?? "")) buildTestRunner();
const hash = sourceHash();
if (force || !isCurrent(stamp, hash)) await build();

function isCurrent(file, value) {
  return existsSync(file) && readFileSync(file, "utf8") === value;
}

/** tap links its chosen plugins once per node_modules; only where tap is installed, which it is not for users. */
function buildTestRunner() {
  const tap = join(root, "node_modules", ".bin", "tap");
  const config = join(root, ".taprc");
  const built = join(root, "node_modules", ".tap-built");
  if (!existsSync(tap) || !existsSync(config)) return;
  const wanted = createHash("sha256").update(readFileSync(config)).digest("hex");
  if (isCurrent(built, wanted)) return;
  const { status } = spawnSync(tap, ["build"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  if (status === 0) writeFileSync(built, wanted);
}

/** Everything that decides what dist/ holds: the sources, how they are compiled, and by which compiler. */
function sourceHash() {
  const digest = createHash("sha256");
  const inputs = [
    "package.json",
    "tsconfig.json",
    "tsconfig.build.json",
    ...BUNDLED.map((name) => `node_modules/${name}/package.json`),
    "scripts/prepare.js",
    "scripts/bundle-cli.js",
    "scripts/lean-builtins.js",
  ];
  for (const entry of readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) inputs.push(join(entry.parentPath, entry.name).slice(root.length + 1));
  }
  for (const file of inputs.toSorted())
    digest
      .update(file)
      .update("\0")
      .update(readFileSync(join(root, file)))
      .update("\0");
  return digest.digest("hex");
}

async function build() {
  sweep();
  const fresh = `${dist}.new-${process.pid}`;
  try {
    compile(fresh);
    const { bundleCli } = await import("./bundle-cli.js");
    await bundleCli(root, fresh, dist);
    writeFileSync(join(fresh, ".source-hash"), hash);
    swapIn(fresh, `${dist}.old-${process.pid}`);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** What a build that was killed has left. */
function sweep() {
  for (const name of readdirSync(root)) {
    const pid = /^dist\.(?:new|old)-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !lives(Number(pid))) rmSync(join(root, name), { recursive: true, force: true });
  }
}

function lives(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

function compile(outDir) {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const args = [tsc, "-p", join(root, "tsconfig.build.json"), "--outDir", outDir];
  const { status } = spawnSync(process.execPath, args, {
    stdio: ["ignore", "inherit", "inherit"],
    cwd: root,
  });
  if (status === 0) return;
  rmSync(outDir, { recursive: true, force: true });
  process.stderr.write(
    "dist/ was not rebuilt: the sources do not compile (see above). The old dist/ is untouched.\n",
  );
  process.exit(1);
}

/** Two builds may end at the same time: the later one wins, and neither leaves a half dist/. */
function swapIn(fresh, old) {
  try {
    renameSync(dist, old);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  try {
    renameSync(fresh, dist);
  } catch (error) {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  }
  rmSync(old, { recursive: true, force: true });
}
