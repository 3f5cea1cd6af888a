import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { OutputFile } from "esbuild";
import { bundlesDir } from "./build-options.ts";
import type { Bundle, BundlePlace, BundleRequest } from "./bundle.ts";
import type { DependencySet } from "./dependency-set.ts";
import { readJson, writeFileWhole } from "./files.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { finished } from "./late-commonjs.ts";
import { compare, contentHash, statFingerprint } from "./fingerprint.ts";
import { settingsFiles } from "./settings-files.ts";

/** What the newest bundle of an agent was made from: enough to know, without esbuild, whether it still fits. */
export interface AgentManifest {
  readonly key: string;
  /** Folder below the bundles' folder, and the files in it that belong together; the first one is run. */
  readonly folder: string;
  readonly outputs: readonly [main: string, ...others: string[]];
  readonly hash: string;
  /** Hash of its set of dependencies; null without any. */
  readonly dependencies: string | null;
  readonly inputs: readonly (readonly [file: string, fingerprint: Fingerprint])[];
  /** Files beside the sources that have a say: tsconfig.json, package.json, what Node loads at run time. */
  readonly settings: readonly (readonly [file: string, numbers: Fingerprint])[];
}

export function requestKey(key: string, { entry, external }: BundleRequest): string {
  return contentHash(JSON.stringify([key, entry, [...external].toSorted()]));
}

/** Null when there is none, or a damaged one: it is built again. */
export function readManifest(place: BundlePlace, agent: string): AgentManifest | null {
  return readJson(manifestFile(place, agent), isManifest);
}

export function isManifest(value: unknown): value is AgentManifest {
  if (typeof value !== "object" || value === null || !("dependencies" in value)) return false;
  const texts = ["key", "folder", "hash"].every((name) => typeof Reflect.get(value, name) === "string");
  const outputs: unknown = Reflect.get(value, "outputs");
  if (!Array.isArray(outputs) || typeof outputs[0] !== "string") return false;
  return texts && ["inputs", "settings"].every((name) => isFiles(Reflect.get(value, name)));
}

function isFiles(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => Array.isArray(each) && typeof each[0] === "string");
}

/** The folder of an agent's bundles: another one for other settings, as the names in it stand for contents. */
export function bundleFolder(agent: string, key: string): string {
  return `${agent}-${key.slice(0, 8)}`;
}

/** The bundle, if nothing that it is made of changed. Files that only moved in time are noted for the next look. */
export function reuse(place: BundlePlace, agent: string, manifest: AgentManifest): AgentManifest | null {
  if (!outputFiles(place, manifest).every((file) => existsSync(file))) return null;
  const inputs = settle(manifest.inputs);
  const settings = inputs === null ? null : settle(manifest.settings);
  if (inputs === null || settings === null) return null;
  if (!inputs.moved && !settings.moved) return manifest;
  const now = { ...manifest, inputs: inputs.files, settings: settings.files };
  save(place, agent, now);
  return now;
}

type Files = AgentManifest["inputs"];

function settle(files: Files): { readonly files: Files; readonly moved: boolean } | null {
  let moved = false;
  const now: (readonly [string, Fingerprint])[] = [];
  for (const [file, known] of files) {
    const result = compare(file, known);
    if (result.at === "changed") return null;
    if (result.at === "moved") moved = true;
    now.push([file, result.at === "moved" ? result.now : known]);
  }
  return { files: now, moved };
}

export interface Built {
  readonly key: string;
  readonly outputs: readonly OutputFile[];
  readonly read: ReadonlyMap<string, Fingerprint>;
  readonly external: ReadonlySet<string>;
  readonly dependencies: DependencySet | null;
}

/** Writes a fresh bundle, and the manifest that makes it the newest. The file that is run comes last. */
export function keep(place: BundlePlace, agent: string, built: Built): AgentManifest {
  const names = built.outputs.map((output) => basename(output.path)).toSorted();
  const main = names.find((name) => /^main-\w+\.mjs$/.test(name));
  if (main === undefined) throw new Error(`${agent}: esbuild wrote no main file but ${names.join(", ")}`);
  const folder = bundleFolder(agent, built.key);
  const mainLast = built.outputs.toSorted(
    (a, b) => Number(basename(a.path) === main) - Number(basename(b.path) === main),
  );
  for (const output of mainLast) {
    if (!existsSync(output.path)) writeFileWhole(output.path, finished(output));
  }
  const dependencies = built.dependencies?.hash ?? null;
  const manifest: AgentManifest = {
    key: built.key,
    folder,
    outputs: [main, ...names.filter((name) => name !== main)],
    hash: contentHash(JSON.stringify([names, dependencies])).slice(0, 16),
    dependencies,
    inputs: [...built.read].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    settings: [...settingsFiles([...built.read.keys()]), ...built.external].map((file) => [
      file,
      statFingerprint(file),
    ]),
  };
  save(place, agent, manifest);
  return manifest;
}

export function toBundle(place: BundlePlace, { folder, outputs, hash, inputs }: AgentManifest): Bundle {
  return { file: join(bundlesDir(place), folder, outputs[0]), hash, inputs: inputs.map(([file]) => file) };
}

export function outputFiles(place: BundlePlace, { folder, outputs }: AgentManifest): readonly string[] {
  return outputs.map((name) => join(bundlesDir(place), folder, name));
}

function save(place: BundlePlace, agent: string, manifest: AgentManifest): void {
  writeFileWhole(manifestFile(place, agent), JSON.stringify(manifest));
}

function manifestFile(place: BundlePlace, agent: string): string {
  return join(bundlesDir(place), `${agent}.json`);
}
