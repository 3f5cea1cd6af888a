import { readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { bundlesDir, dependenciesDir } from "./build-options.ts";
import type { BundlePlace } from "./bundle.ts";
import { readJson } from "./files.ts";
import { isManifest } from "./agent-manifest.ts";

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/**
 * Removes what no agent's newest bundle uses and what a run that is just ending cannot be using either: folders older
 * than an hour, and compiled code that nobody wrote for a week. Called once per run, before anything is old.
 */
export function pruneCache(place: BundlePlace, now: number): void {
  const bundles = list(bundlesDir(place));
  const manifests = bundles
    .filter((name) => name.endsWith(".json"))
    .map((name) => readJson(join(bundlesDir(place), name), isManifest));
  const used = new Set(manifests.flatMap((manifest) => [manifest?.folder, manifest?.dependencies]));
  const dependencies = list(dependenciesDir(place));
  for (const name of dependencies.filter((each) => each.startsWith("current-"))) {
    used.add(text(join(dependenciesDir(place), name)));
  }
  const unused = [
    ...bundles
      .filter((name) => !name.endsWith(".json") && !used.has(name))
      .map((name) => join(bundlesDir(place), name)),
    ...dependencies
      .filter((name) => !name.startsWith("current-") && !used.has(name.replace(/\.json$/, "")))
      .map((name) => join(dependenciesDir(place), name)),
  ];
  for (const path of unused) removeOlder(path, now - HOUR_MS);
  const compiled = join(place.cacheDir, "compile");
  for (const version of list(compiled)) {
    for (const name of list(join(compiled, version)))
      removeOlder(join(compiled, version, name), now - WEEK_MS);
  }
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
