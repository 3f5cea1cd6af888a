// The CLI as a few files: its own modules and the packages it starts with in one graph, cut where it imports late. What is
// not needed for `agents up` to start, or cannot be bundled, stays a package.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/** By the name it has in dist/cli/; `imports` in package.json names those that run as threads and processes. */
const PROGRAMS = {
  main: "src/cli/main.ts",
  "config-worker": "src/runtime/config/fresh-worker.ts",
  "sidecar-worker": "src/runtime/resources/sidecar/embedded/worker.ts",
  watchdog: "src/runtime/watchdog/watchdog-main.ts",
};

/** A program of its own, and CommonJS: what is imported late from that has no names in a bundle. */
const PACKAGES_THAT_STAY = ["esbuild", "ajv", "ajv-formats", "cosmiconfig", "yaml", "fsevents"];

/**
 * Importing `node:http` reads every name that it has, one of which is WebSocket: that loads all of Node's fetch, some 20 ms
 * in each thread. Asked for by name only, it stays out.
 */
const leanHttp = {
  name: "lean-http",
  setup(build) {
    build.onResolve({ filter: /^(node:)?http$/ }, () => ({ path: "node:http", namespace: "lean" }));
    build.onLoad({ filter: /.*/, namespace: "lean" }, () => ({
      contents: 'export const { Agent, createServer, request } = process.getBuiltinModule("node:http");',
    }));
  },
};

/** Writes `<dist>/cli/`, with the licences of what it holds. */
export async function bundleCli(root, dist) {
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
    plugins: [leanHttp],
    legalComments: "none", // the whole licences are beside it
    metafile: true,
    logLevel: "warning",
  });
  const commonJs = Object.entries(metafile.inputs).filter(([, { format }]) => format === "cjs");
  if (commonJs.length > 0)
    throw new Error(`CommonJS in the bundle: ${commonJs.map(([file]) => file).join(", ")}`);
  writeFileSync(join(outdir, "THIRD-PARTY-LICENSES.txt"), licences(root, Object.keys(metafile.inputs)));
}

function licences(root, inputs) {
  const folders = new Set(
    inputs.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  return [...folders]
    .toSorted((a, b) => a.localeCompare(b))
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
      const file = ["LICENSE", "LICENSE.md", "license", "LICENSE.txt"]
        .map((each) => join(root, folder, each))
        .find(existsSync);
      return `${name} ${version} (${license})\n\n${file === undefined ? "" : readFileSync(file, "utf8").trim()}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}
