import { readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { bundlesDir, dependenciesDir } from "./build-options.ts";
import type { BundlePlace } from "./bundle.ts";
import { readJson } from "./files.ts";
import { isManifest, outputFiles } from "./agent-manifest.ts";

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/**
 * Removes what no agent's newest bundle uses and what a run that is just ending cannot be using either: folders older
 * than an hour, and compiled code that nobody wrote for a week. Called once per run, before anything is old.
 */
export function pruneCache(place: BundlePlace, now: number): void {
  const names = list(bundlesDir(place));
  const manifests = names
    .filter(isManifestName)
    .map((name) => readJson(join(bundlesDir(place), name), isManifest))
    .filter((manifest) => manifest !== null);
  const limit = now - HOUR_MS;
  const used = new Set(manifests.flatMap((manifest) => outputFiles(place, manifest)));
  for (const folder of names
    .filter((name) => !name.endsWith(".json"))
    .map((name) => join(bundlesDir(place), name))) {
    const files = list(folder).map((name) => join(folder, name));
    if (files.some((file) => used.has(file))) {
      for (const file of files) if (!used.has(file)) removeOlder(file, limit);
    } else removeOlder(folder, limit);
  }
  pruneDependencies(place, new Set(manifests.map((manifest) => manifest.dependencies)), limit);
  pruneCompiled(join(place.cacheDir, "compile"), now - WEEK_MS);
}

function pruneDependencies(place: BundlePlace, used: ReadonlySet<string | null>, limit: number): void {
  const dir = dependenciesDir(place);
  const names = list(dir);
  const pointers = names.filter((name) => name.startsWith("current-"));
  const current = new Set(pointers.map((name) => text(join(dir, name))));
  for (const name of names) {
    const hash = name.replace(/\.json$/, "");
    if (!pointers.includes(name) && !used.has(hash) && !current.has(hash))
      removeOlder(join(dir, name), limit);
  }
}

function pruneCompiled(dir: string, limit: number): void {
  for (const version of list(dir)) {
    for (const name of list(join(dir, version))) removeOlder(join(dir, version, name), limit);
  }
}

function isManifestName(name: string): boolean {
  return name.endsWith(".json") && !name.startsWith(".new-");
}

function list(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return []; // not made yet
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // another run removed it
  }
}

function removeOlder(path: string, limit: number): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat !== undefined && stat.mtimeMs < limit) rmSync(path, { recursive: true, force: true });
}
