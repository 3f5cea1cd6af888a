import { isBuiltin } from "node:module";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "esbuild";
import type { BundlePlace } from "./bundle.ts";
import type { Dependency } from "./dependency.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { readWithFingerprint } from "./fingerprint.ts";
import type { PackagePaths } from "./package-paths.ts";
import { isAside } from "./package-paths.ts";
import { packageOf } from "./packages.ts";
import { withPlace } from "./place-words.ts";

/** What one build of an agent's own files reads and asks for. A new one for each build. */
export interface OwnPass {
  /** The project's own files that were read, also when the build failed. */
  readonly read: Map<string, Fingerprint>;
  /** Files of dependencies that own files import. */
  readonly needed: Set<string>;
  /** Files that Node loads at run time. */
  readonly external: Set<string>;
  /** The built dependency for a needed file; null if it is not built yet. */
  find(file: string): Dependency | null;
  isExternal(packageName: string): boolean;
}

/** What the plugin works with during one build. */
export interface OwnPluginState {
  readonly pass: OwnPass;
  readonly paths: PackagePaths;
}

const BARE = /^[^./]|\/node_modules\//;
const CODE = /^\.(?:[cm]?[jt]sx?)$/;

/**
 * Keeps dependencies out of the build of an agent's own files: each import of one becomes an import of its built copy.
 * esbuild itself takes care of how CommonJS looks to an import, through a virtual module in between.
 */
export function ownPlugin(place: BundlePlace, entry: string, state: () => OwnPluginState): Plugin {
  return {
    name: "agents-own",
    setup(build) {
      build.onResolve({ filter: BARE, namespace: "file" }, (args) =>
        resolveImport(build, args, place, state()),
      );
      build.onLoad({ filter: /./, namespace: "file" }, (args) => {
        if (packageOf(args.path, place.root) !== null) return undefined;
        const { content, fingerprint } = readWithFingerprint(args.path);
        state().pass.read.set(args.path, fingerprint);
        // Imported as text or bytes: esbuild knows how.
        if ("type" in args.with || !CODE.test(extname(args.path))) return undefined;
        const source = content.toString();
        return { contents: withPlace(args.path, source, args.path === entry) ?? source, loader: "default" };
      });
      virtualModules(build, () => state().pass);
    },
  };
}

async function resolveImport(
  build: PluginBuild,
  args: OnResolveArgs,
  place: BundlePlace,
  { pass, paths }: OwnPluginState,
): Promise<OnResolveResult | undefined> {
  const { kind } = args;
  if (isAside(args) || kind === "entry-point" || isBuiltin(args.path)) return undefined;
  const found = await paths.find(build, args);
  if (found === null) return undefined;
  const required = kind === "require-call" || kind === "require-resolve";
  const owner = packageOf(found.path, place.root)?.name ?? "";
  if (extname(found.path) === ".node" || kind === "require-resolve" || pass.isExternal(owner)) {
    pass.external.add(found.path);
    return { path: required ? found.path : pathToFileURL(found.path).href, external: true };
  }
  if (!CODE.test(extname(found.path))) return undefined;
  pass.needed.add(found.path);
  const dependency = pass.find(found.path);
  if (dependency === null) return { path: found.path, external: true };
  if (dependency.format === "cjs" && kind !== "dynamic-import")
    return { path: found.path, namespace: "agents-cjs" };
  if (required) return { path: found.path, namespace: "agents-esm" };
  return { path: dependency.specifier, external: true, sideEffects: found.sideEffects };
}

/** `import x from "cjs"` → a CommonJS module whose exports are the default export of the built copy. */
function virtualModules(build: PluginBuild, pass: () => OwnPass): void {
  build.onLoad({ filter: /./, namespace: "agents-cjs" }, () => ({
    contents: `module.exports = require("agents:built").default;`,
  }));
  build.onResolve({ filter: /^agents:built$/, namespace: "agents-cjs" }, (args) => ({
    path: args.importer,
    namespace: "agents-default",
  }));
  build.onLoad({ filter: /./, namespace: "agents-default" }, () => ({
    contents: `export { default } from "agents:built";`,
  }));
  build.onLoad({ filter: /./, namespace: "agents-esm" }, (args) => ({
    contents: `export * from "agents:built";${pass().find(args.path)?.hasDefault === true ? `export { default } from "agents:built";` : ""}`,
  }));
  for (const namespace of ["agents-default", "agents-esm"]) {
    build.onResolve({ filter: /^agents:built$/, namespace }, (args) => ({
      path: pass().find(args.importer)?.specifier ?? args.importer,
      external: true,
    }));
  }
}
