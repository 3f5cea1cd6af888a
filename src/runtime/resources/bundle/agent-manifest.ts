import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { OutputFile } from "esbuild";
import { bundlesDir } from "./build-options.ts";
import type { Bundle, BundlePlace, BundleRequest } from "./bundle.ts";
import type { DependencySet } from "./dependency-set.ts";
import { readJson, writeFileWhole, writeFolderWhole } from "./files.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { finished } from "./late-commonjs.ts";
import { compare, contentHash, statFingerprint } from "./fingerprint.ts";
import { settingsFiles } from "./settings-files.ts";

/** What the newest bundle of an agent was made from: enough to know, without esbuild, whether it still fits. */
export interface AgentManifest {
  readonly key: string;
  /** Folder below the bundles' folder. */
  readonly folder: string;
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
  return texts && ["inputs", "settings"].every((name) => isFiles(Reflect.get(value, name)));
}

function isFiles(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => Array.isArray(each) && typeof each[0] === "string");
}

/** The bundle, if nothing that it is made of changed. Files that only moved in time are noted for the next look. */
export function reuse(place: BundlePlace, agent: string, manifest: AgentManifest): Bundle | null {
  const bundle = toBundle(place, manifest);
  if (!existsSync(bundle.file)) return null;
  const inputs = settle(manifest.inputs);
  const settings = inputs === null ? null : settle(manifest.settings);
  if (inputs === null || settings === null) return null;
  if (inputs.moved || settings.moved) {
    save(place, agent, { ...manifest, inputs: inputs.files, settings: settings.files });
  }
  return bundle;
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

/** Writes a fresh bundle, and the manifest that makes it the newest. */
export function keep(place: BundlePlace, agent: string, built: Built): Bundle {
  const contents = built.outputs.map((output) => `${basename(output.path)} ${output.hash}`).toSorted();
  const hash = contentHash(JSON.stringify([contents, built.dependencies?.hash ?? null])).slice(0, 16);
  const folder = `${agent}-${hash}`;
  const dir = join(bundlesDir(place), folder);
  if (!existsSync(join(dir, "main.mjs"))) {
    writeFolderWhole(dir, new Map(built.outputs.map((output) => [basename(output.path), finished(output)])));
  }
  const manifest: AgentManifest = {
    key: built.key,
    folder,
    hash,
    dependencies: built.dependencies?.hash ?? null,
    inputs: [...built.read].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    settings: [...settingsFiles([...built.read.keys()]), ...built.external].map((file) => [
      file,
      statFingerprint(file),
    ]),
  };
  save(place, agent, manifest);
  return toBundle(place, manifest);
}

function toBundle(place: BundlePlace, { folder, hash, inputs }: AgentManifest): Bundle {
  return { file: join(bundlesDir(place), folder, "main.mjs"), hash, inputs: inputs.map(([file]) => file) };
}

function save(place: BundlePlace, agent: string, manifest: AgentManifest): void {
  writeFileWhole(manifestFile(place, agent), JSON.stringify(manifest));
}

function manifestFile(place: BundlePlace, agent: string): string {
  return join(bundlesDir(place), `${agent}.json`);
}
