import { hash } from "node:crypto";
import { basename, dirname, resolve } from "node:path";
import type { BuildResult, Message, Metafile, OutputFile } from "esbuild";
import { commonOptions, dependenciesDir } from "./build-options.ts";
import type { BundlePlace } from "./bundle.ts";
import { dependencyPlugin } from "./dependency-plugin.ts";
import { brokenEntry, isBuildFailure } from "./entry-errors.ts";
import { withEsbuild } from "./esbuild-service.ts";
import { hasNativeAddon, packageName, packageOf } from "./packages.ts";

/** One needed file of a package, as it was built. */
export interface BuiltDependency {
  readonly out: string;
  readonly format: "esm" | "cjs";
  readonly hasDefault: boolean;
}

/** Dependencies built for the agents of a project. */
export interface BuiltDependencies {
  readonly outputs: readonly OutputFile[];
  /** Needed file → what it became. Those of external packages are missing here. */
  readonly entries: ReadonlyMap<string, BuiltDependency>;
  /** Every file that was read, absolute. */
  readonly inputs: readonly string[];
  /** Packages that are loaded from node_modules at run time: those that were asked for, and those that do not bundle. */
  readonly external: ReadonlySet<string>;
}

const ROUNDS = 12;

/**
 * Builds the needed files of packages together, so that what they share exists once. A package that has a compiled
 * addon, or that esbuild cannot read, becomes external, and the rest is built again without it.
 */
export async function buildDependencies(
  place: BundlePlace,
  needed: readonly string[],
  asked: ReadonlySet<string>,
): Promise<BuiltDependencies> {
  const external = new Set(asked);
  for (let round = 0; ; round += 1) {
    const files = needed.filter((file) => !external.has(packageOf(file, place.root)?.name ?? ""));
    const attempt = await tryBuild(place, files, external);
    const bad =
      attempt.at === "failed" ? culprits(attempt.errors, place.root) : unfit(attempt, files, place.root);
    const fresh = bad.filter((name) => !external.has(name));
    if (attempt.at === "built" && fresh.length === 0) return { ...attempt, external };
    if (attempt.at === "failed" && (fresh.length === 0 || round === ROUNDS)) {
      throw brokenEntry("the project's dependencies", attempt.errors, place.root);
    }
    for (const name of fresh) external.add(name);
  }
}

type Attempt =
  | { readonly at: "failed"; readonly errors: readonly Message[] }
  | (Omit<BuiltDependencies, "external"> & { readonly at: "built" });

async function tryBuild(
  place: BundlePlace,
  files: readonly string[],
  external: ReadonlySet<string>,
): Promise<Attempt> {
  const outdir = `${dependenciesDir(place)}/set`;
  if (files.length === 0) return { at: "built", outputs: [], entries: new Map(), inputs: [] };
  try {
    const result = await withEsbuild(place.signal, ({ esbuild }) =>
      esbuild.build({
        ...commonOptions(place, `${place.root}/package.json`),
        entryPoints: files.map((file) => ({ in: file, out: outName(file, place.root) })),
        outdir,
        metafile: true,
        plugins: [dependencyPlugin(external)],
      }),
    );
    return { at: "built", ...read(result, place.root) };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    return { at: "failed", errors: error.errors };
  }
}

function read(
  { metafile, outputFiles }: BuildResult<{ metafile: true; write: false }>,
  root: string,
): Omit<BuiltDependencies, "external"> {
  const entries = new Map<string, BuiltDependency>();
  for (const [out, { entryPoint, exports }] of Object.entries(metafile.outputs)) {
    if (entryPoint === undefined) continue;
    const format = metafile.inputs[entryPoint]?.format === "cjs" ? "cjs" : "esm";
    entries.set(resolve(root, entryPoint), {
      out: basename(out),
      format,
      hasDefault: exports.includes("default"),
    });
  }
  return { outputs: outputFiles, entries, inputs: inputFiles(metafile, root) };
}

/** With the package.json of each package: it says which files are used. */
function inputFiles(metafile: Metafile, root: string): readonly string[] {
  const files = Object.keys(metafile.inputs)
    .filter((input) => !/^(?:\(disabled\)|<)/.test(input))
    .map((input) => resolve(root, input));
  const manifests = files.map((file) => packageOf(file, root)).filter((owner) => owner !== null);
  return [...new Set([...files, ...manifests.map(({ dir }) => `${dir}/package.json`)])];
}

/** Readable in stack traces and unique: `hono-3f2a91`, `ajv-dist-2020-77b01c`. */
function outName(file: string, root: string): string {
  const owner = packageOf(file, root);
  const name = owner === null ? basename(file) : `${owner.name}${file.slice(owner.dir.length)}`;
  const plain = name
    .replace(/\.[^.]+$/, "")
    .replaceAll(/[^\w.]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  return `${plain}-${hash("sha1", file).slice(0, 6)}`;
}

/** Packages whose own files do not build, and names that nobody installed. */
function culprits(errors: readonly Message[], root: string): readonly string[] {
  return errors.flatMap(({ location, text }) => {
    const missing = /^Could not resolve "([^"./][^"]*)"/.exec(text)?.[1];
    if (missing !== undefined) return [packageName(missing)];
    const owner = location === null ? null : packageOf(resolve(root, location.file), root);
    return owner === null ? [] : [owner.name];
  });
}

/** Packages that did build but would not work: compiled addons, and ES modules whose names only show at run time. */
function unfit(
  built: Omit<BuiltDependencies, "external">,
  files: readonly string[],
  root: string,
): readonly string[] {
  const dirs = new Map<string, string>();
  for (const input of built.inputs) {
    const owner = packageOf(input, root);
    if (owner !== null) dirs.set(owner.dir, owner.name);
  }
  const native = [...dirs].filter(([dir]) => hasNativeAddon(dir)).map(([, name]) => name);
  return [...native, ...dynamicNames(built, files, root)];
}

/**
 * `export * from` a CommonJS module: a static import cannot name such exports. esbuild calls `__reExport` for them.
 */
function dynamicNames(
  built: Omit<BuiltDependencies, "external">,
  files: readonly string[],
  root: string,
): readonly string[] {
  const texts = new Map(built.outputs.map((output) => [basename(output.path), output.text]));
  return files.flatMap((file) => {
    const entry = built.entries.get(file);
    const text = entry === undefined ? "" : (texts.get(entry.out) ?? "");
    const owner = packageOf(file, root);
    const dynamic = entry?.format === "esm" && /^__reExport\(/m.test(text);
    return dynamic && owner !== null && dirname(file).startsWith(owner.dir) ? [owner.name] : [];
  });
}
