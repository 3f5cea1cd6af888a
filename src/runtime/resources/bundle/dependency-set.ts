import { existsSync } from "node:fs";
import { join } from "node:path";
import { dependenciesDir } from "./build-options.ts";
import type { BundlePlace } from "./bundle.ts";
import type { Dependency } from "./dependency.ts";
import type { BuiltDependencies, BuiltDependency } from "./dependency-build.ts";
import { readJson, writeFileWhole, writeFolderWhole } from "./files.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { finished } from "./late-commonjs.ts";
import { contentHash, sameNumbers, statFingerprint } from "./fingerprint.ts";

/** Built dependencies on disk: a folder named for its content, and beside it what it was made from. */
export interface DependencySet {
  readonly hash: string;
  readonly entries: ReadonlyMap<string, Dependency>;
  readonly external: ReadonlySet<string>;
  readonly inputs: readonly (readonly [file: string, numbers: Fingerprint])[];
}

interface Stored {
  readonly key: string;
  readonly entries: readonly (readonly [file: string, built: BuiltDependency])[];
  readonly external: readonly string[];
  readonly inputs: readonly (readonly [file: string, mtimeMs: number, ctimeMs: number, size: number])[];
}

/** File systems tell time in steps of some milliseconds: a file written that shortly before it was read counts as unknown. */
const CLOCK_STEP_MS = 20;
const UNKNOWN: Fingerprint = { mtimeMs: -1, ctimeMs: -1, size: -1, sha: null };

export function storeSet(
  place: BundlePlace,
  key: string,
  built: BuiltDependencies,
  startedAt: number,
): DependencySet {
  const contents = built.outputs.map((output) => `${nameOf(output.path)} ${output.hash}`).toSorted();
  const hash = contentHash(JSON.stringify([key, contents, [...built.external].toSorted()])).slice(0, 16);
  const dir = join(dependenciesDir(place), hash);
  if (!isKept(place, hash)) {
    writeFolderWhole(dir, new Map(built.outputs.map((output) => [nameOf(output.path), finished(output)])));
  }
  const stored: Stored = {
    key,
    entries: [...built.entries],
    external: [...built.external],
    inputs: built.inputs.map((file) => {
      const numbers = statFingerprint(file);
      const { mtimeMs, ctimeMs, size } = numbers.ctimeMs > startedAt - CLOCK_STEP_MS ? UNKNOWN : numbers;
      return [file, mtimeMs, ctimeMs, size] as const;
    }),
  };
  writeFileWhole(`${dir}.json`, JSON.stringify(stored));
  return revive(stored, hash);
}

/** Null when there is none, or none that this version and these settings made. */
export function loadSet(place: BundlePlace, key: string, hash: string): DependencySet | null {
  const stored = readJson(`${join(dependenciesDir(place), hash)}.json`, isStored);
  return stored?.key === key && isKept(place, hash) ? revive(stored, hash) : null;
}

/** Whether what was built is still there: the cache may be deleted at any time. */
export function isKept(place: BundlePlace, hash: string): boolean {
  return existsSync(join(dependenciesDir(place), hash));
}

function isStored(value: unknown): value is Stored {
  if (typeof value !== "object" || value === null || !("key" in value)) return false;
  const lists = ["entries", "external", "inputs"] as const;
  return lists.every((name) => Array.isArray(Reflect.get(value, name)));
}

/** False as soon as one file of a dependency is another than the one that was built. */
export function isFresh(set: DependencySet): boolean {
  return set.inputs.every(([file, numbers]) => sameNumbers(statFingerprint(file), numbers));
}

function revive({ entries, external, inputs }: Stored, hash: string): DependencySet {
  return {
    hash,
    entries: new Map(
      entries.map(([file, { out, format, hasDefault }]) => [
        file,
        { specifier: `../../node_modules/${hash}/${out}`, format, hasDefault },
      ]),
    ),
    external: new Set(external),
    inputs: inputs.map(([file, mtimeMs, ctimeMs, size]) => [file, { mtimeMs, ctimeMs, size, sha: null }]),
  };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
