import type { OnResolveArgs, PluginBuild } from "esbuild";
import { packageOf } from "./packages.ts";

/** Where an import of a package leads. */
export interface PackagePath {
  readonly path: string;
  readonly sideEffects: boolean;
}

/** Marks a question that a plugin asks esbuild itself, so that it does not answer its own. */
const ASIDE = { aside: true };

export function isAside(args: OnResolveArgs): boolean {
  return args.pluginData === ASIDE;
}

/**
 * Where the imports of packages lead. Asking esbuild is most of what a rebuild costs, so that answers are kept until the
 * packages change.
 */
export class PackagePaths {
  readonly #root: string;
  readonly #known = new Map<string, PackagePath | null>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Null for what is not a package: own files, Node's own modules, and what is not found. */
  async find(build: PluginBuild, args: OnResolveArgs): Promise<PackagePath | null> {
    const { kind, importer, resolveDir } = args;
    const required = kind === "require-call" || kind === "require-resolve";
    const key = JSON.stringify([args.path, resolveDir, required]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = await build.resolve(args.path, {
      kind,
      importer,
      resolveDir,
      namespace: "file",
      with: args.with,
      pluginData: ASIDE,
    });
    // An error is left to esbuild: it knows the place, and that a missing package inside try … catch is meant so.
    if (found.errors.length > 0) return null;
    const isPackage =
      !found.external && found.namespace === "file" && packageOf(found.path, this.#root) !== null;
    const path = isPackage ? { path: found.path, sideEffects: found.sideEffects } : null;
    this.#known.set(key, path);
    return path;
  }

  forget(): void {
    this.#known.clear();
  }
}
