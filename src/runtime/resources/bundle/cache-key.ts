import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { BundlePlace } from "./bundle.ts";
import { contentHash } from "./fingerprint.ts";

/** Raise when what is written changes its meaning: everything older is built again. */
const FORMAT = 1;

/** What decides how anything is built, apart from the files: the bundler and its settings. Found without loading esbuild. */
export function cacheKey({ root, conditions }: BundlePlace): string {
  return contentHash(JSON.stringify([FORMAT, root, [...conditions].toSorted(), esbuildVersion()]));
}

function esbuildVersion(): string {
  const file = createRequire(import.meta.url).resolve("esbuild/package.json");
  const manifest: unknown = JSON.parse(readFileSync(file, "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "";
}
