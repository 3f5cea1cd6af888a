// The CLI as a few files: its own modules and the packages it starts with in one graph, cut where it imports late. What is
// not needed for `agents up` to start, or cannot be bundled, stays a package.
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { leanBuiltins } from "./lean-builtins.js";

/** By the name it has in dist/cli/; `imports` in package.json names those that run as threads and processes. */
const PROGRAMS = {
  main: "src/cli/main.ts",
  "config-worker": "src/runtime/config/fresh-worker.ts",
  "sidecar-worker": "src/runtime/resources/sidecar/embedded/worker.ts",
  watchdog: "src/runtime/watchdog/watchdog-main.ts",
};

/** A program of its own, and CommonJS: what is imported late from that has no names in a bundle. */
const PACKAGES_THAT_STAY = [
  "@inquirer/prompts",
  "ajv",
  "ajv-formats",
  "cosmiconfig",
  "dockerode",
  "esbuild",
  "oxc-parser",
  "redis",
  "yaml",
];

/** What the build itself made, without what it kept of the one before. */
const MANIFEST = "files.json";

/** Writes `<dist>/cli/`, with the licences of what it holds, and with the chunks of the build before, in `last`. */
export async function bundleCli(root, dist, last) {
  const outdir = join(dist, "cli");
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: PROGRAMS,
    outdir,
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    conditions: ["agents-source"],
    external: PACKAGES_THAT_STAY,
    legalComments: "none", // the whole licences are beside it
    metafile: true,
    logLevel: "warning",
  });
  const commonJs = Object.entries(metafile.inputs).filter(([, { format }]) => format === "cjs");
  if (commonJs.length > 0)
    throw new Error(`CommonJS in the bundle: ${commonJs.map(([file]) => file).join(", ")}`);
  for (const file of readdirSync(outdir).filter((name) => name.endsWith(".js")))
    leanBuiltins(join(outdir, file));
  writeFileSync(join(outdir, "THIRD-PARTY-LICENSES.txt"), licences(root, Object.keys(metafile.inputs)));
  keepChunks(join(last, "cli"), outdir);
}

/**
 * A run that is up imports some of its chunks late, and may be of the build before: its chunks stay beside the new ones,
 * for one build. They are named by their content, so that they are not mixed up.
 */
function keepChunks(last, outdir) {
  const made = readdirSync(outdir);
  writeFileSync(join(outdir, MANIFEST), JSON.stringify(made));
  for (const file of madeBy(last))
    if (!made.includes(file) && existsSync(join(last, file)))
      copyFileSync(join(last, file), join(outdir, file));
}

function madeBy(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, MANIFEST), "utf8"));
  } catch {
    return []; // there is none, or it was damaged: then there is nothing to be kept
  }
}

function licences(root, inputs) {
  const folders = new Set(
    inputs.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  return [...folders]
    .toSorted((a, b) => a.localeCompare(b))
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
      const file = readdirSync(join(root, folder)).find((each) =>
        /^licen[cs]e(?:\.(?:md|txt))?$/i.test(each),
      );
      if (file === undefined) throw new Error(`${name} is to be bundled, and has no file with its licence.`);
      return `${name} ${version} (${license})\n\n${readFileSync(join(root, folder, file), "utf8").trim()}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}
