import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const MARK = "/node_modules/";

/** Where a file of a dependency lies: the package's name and folder. Null for the project's own files. */
export interface PackagePlace {
  readonly name: string;
  readonly dir: string;
}

/** The package that holds `file`, by the last `node_modules` in its path (pnpm nests two). A project may itself lie under one. */
export function packageOf(file: string, root: string): PackagePlace | null {
  const at = file.lastIndexOf(MARK);
  if (at < 0 || (root.lastIndexOf(MARK) === at && file.startsWith(`${root}/`))) return null;
  const rest = file.slice(at + MARK.length).split("/");
  const [first, second] = rest;
  if (first === undefined || rest.length < 2) return null;
  const name = first.startsWith("@") && second !== undefined ? `${first}/${second}` : first;
  return { name, dir: file.slice(0, at + MARK.length) + name };
}

/** `@scope/name/sub/path` → `@scope/name`. */
export function packageName(specifier: string): string {
  const [first = specifier, second] = specifier.split("/");
  return first.startsWith("@") && second !== undefined ? `${first}/${second}` : first;
}

/** The packages that find a compiled addon by looking around on disk, from the place their caller lies at. */
const ADDON_LOADERS = [
  "bindings",
  "node-gyp-build",
  "node-gyp-build-optional-packages",
  "@mapbox/node-pre-gyp",
  "node-pre-gyp",
  "prebuild-install",
  "pkg-prebuilds",
];

/** True for a package with a compiled addon: its `.node` file is looked for beside its sources, so it cannot move into a bundle. */
export function hasNativeAddon(dir: string): boolean {
  if (existsSync(join(dir, "binding.gyp"))) return true;
  const manifest = readManifest(dir);
  if ("gypfile" in manifest && manifest.gypfile === true) return true;
  if ("binary" in manifest) return true;
  const dependencies = "dependencies" in manifest ? manifest.dependencies : null;
  if (typeof dependencies !== "object" || dependencies === null) return false;
  return ADDON_LOADERS.some((loader) => loader in dependencies);
}

function readManifest(dir: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {}; // a package without a readable manifest has no addon that could be announced in it
  }
}
