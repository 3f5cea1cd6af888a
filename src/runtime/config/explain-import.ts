import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import type { AgentsError } from "../model/errors.ts";
import type { SourcePlace } from "./source-error.ts";
import { placeInStack, unreadableConfig } from "./source-error.ts";

/** Why importing a config failed, as an error for its author: where, and what to do about it. */
export async function explainImport(thrown: unknown, file: string): Promise<AgentsError> {
  const root = dirname(file);
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const place = placeOf(error, file) ?? (error instanceof SyntaxError ? await parsePlace(file) : undefined);
  const commonJs = error instanceof SyntaxError ? commonJsPackage(place?.file ?? file, error) : null;
  const hint = commonJs === null ? hintFor(error, root) : hintForCommonJs(commonJs, place?.file ?? file);
  return unreadableConfig({
    file,
    root,
    reason:
      commonJs === null
        ? reasonOf(thrown)
        : "it is written with import and export, and Node takes it for CommonJS.",
    ...(place === undefined ? {} : { place }),
    ...(hint === undefined ? {} : { hint }),
    cause: thrown,
  });
}

function placeOf(error: Error, file: string): SourcePlace | undefined {
  const place = placeInStack(error.stack ?? "");
  // Node's own resolver has frames of its callers only: ours would be named.
  return place === undefined || codeOf(error) === "ERR_MODULE_NOT_FOUND" || isOurs(place.file, file)
    ? undefined
    : place;
}

const isOurs = (place: string, file: string): boolean =>
  place.startsWith(import.meta.dirname) && !file.startsWith(import.meta.dirname);

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `it throws ${String(error).split("\n", 1)[0] ?? ""}.`;
  const message = error.message.split("\n", 1)[0] ?? "";
  const sentence = message.endsWith(".") ? message : `${message}.`;
  return error instanceof SyntaxError || codeOf(error)?.startsWith("ERR_") === true
    ? sentence
    : `it throws ${error.name}: ${sentence}`;
}

function hintFor(error: Error, root: string): string | undefined {
  switch (codeOf(error) ?? "") {
    case "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX":
      return "Node runs the config as it is, with its types removed: write enums, namespaces and parameter properties as plain objects, functions and fields.";
    case "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING":
      return "Node does not run TypeScript below node_modules: import the package's JavaScript, or move the config out of it.";
    case "ERR_MODULE_NOT_FOUND":
      return hintForMissing(error.message, root);
    default:
      return /exports is not defined|require is not defined/.test(error.message)
        ? 'Write import and export (ES modules), or set "type": "module" in package.json.'
        : undefined;
  }
}

/** The package.json that says that a file is CommonJS, where what is wrong is that it is not. */
function commonJsPackage(file: string, { message }: Error): string | null {
  if (
    !/^(Unexpected token 'export'|Cannot use import statement|Cannot use 'import.meta'|await is only valid)/.test(
      message,
    )
  )
    return null;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const path = join(folder, "package.json");
    if (existsSync(path)) return /"type"\s*:\s*"commonjs"/.test(readFileSync(path, "utf8")) ? path : null;
    if (folder === dirname(folder)) return null;
  }
}

function hintForCommonJs(path: string, file: string): string {
  const name = basename(file);
  const renamed = name.replace(/\.(ts|js)$/, ".m$1");
  return `${path} says "type": "commonjs": change that to "module"${renamed === name ? "" : `, or rename ${name} to ${renamed}`}.`;
}

function hintForMissing(message: string, root: string): string {
  const name = /Cannot find (?:package|module) '([^']+)'/.exec(message)?.[1] ?? "";
  const withEnding = [".ts", ".js", "/index.ts"]
    .map((ending) => name + ending)
    .find((path) => existsSync(path));
  if (withEnding !== undefined) return `Write the file's ending: "./${relative(root, withEnding)}".`;
  if (name.startsWith("/"))
    return `There is no such file: ${relative(root, name)}. Relative imports name it with its ending.`;
  return existsSync(`${root}/node_modules`)
    ? `Install it: npm install ${name}`
    : "Install the project's packages first: npm install";
}

/** Node does not say where plain JavaScript is wrong; esbuild, loaded for this only, does. */
async function parsePlace(file: string): Promise<SourcePlace | undefined> {
  const { build } = await import("esbuild");
  try {
    await build({
      entryPoints: [file],
      absWorkingDir: dirname(file),
      bundle: true,
      write: false,
      packages: "external",
      format: "esm",
      platform: "node",
      logLevel: "silent",
    });
    return undefined;
  } catch (error) {
    const location = firstLocation(error);
    return location === undefined
      ? undefined
      : {
          file: `${dirname(file)}/${location.file || basename(file)}`,
          line: location.line,
          column: location.column + 1,
        };
  }
}

interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Of esbuild's BuildFailure. */
function firstLocation(error: unknown): Location | undefined {
  const errors =
    error instanceof Error && "errors" in error && Array.isArray(error.errors) ? error.errors : [];
  return errors
    .map((one: { readonly location: Location | null }) => one.location)
    .find((location) => location !== null);
}

function codeOf(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}
