import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BuildOptions } from "esbuild";
import type { BundlePlace } from "./bundle.ts";
import { PLACE_WORDS } from "./place-words.ts";

/** What both builds (own files, dependencies) have in common. */
export function commonOptions(place: BundlePlace, requireFrom: string): BuildOptions & { write: false } {
  return {
    absWorkingDir: place.root,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    splitting: true,
    treeShaking: true,
    // Libraries print and compare class names; without this two classes of one name become Name and Name2.
    keepNames: true,
    conditions: [...place.conditions],
    define: { ...PLACE_WORDS },
    outExtension: { ".js": ".mjs" },
    banner: { js: requireBanner(requireFrom) },
    write: false,
    logLevel: "silent",
    legalComments: "none",
  };
}

/** CommonJS inside an ES module needs a `require` for Node's own modules and for what is loaded at run time. */
function requireBanner(from: string): string {
  return `import{createRequire as __agentsCreateRequire}from"node:module";const require=__agentsCreateRequire(${JSON.stringify(pathToFileURL(from).href)});`;
}

/**
 * Below a folder of this name Node takes code for somebody else's: it does not show an agent's author the deprecations of
 * packages, and debuggers step over it.
 */
export function dependenciesDir(place: BundlePlace): string {
  return join(place.cacheDir, "node_modules");
}

export function bundlesDir(place: BundlePlace): string {
  return join(place.cacheDir, "bundles");
}
