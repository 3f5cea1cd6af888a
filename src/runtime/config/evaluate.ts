import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { dirname, extname, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { AgentsError } from "../model/errors.ts";
import { parseJsonText } from "./json-text.ts";
import { unreadableConfig } from "./source-error.ts";

/** What a config file holds, and which files decide it: itself, and the project's own files that it imports. */
export interface Evaluated {
  readonly raw: unknown;
  readonly files: readonly string[];
}

/** A config that has not told what it is by then waits for something that does not come. */
const TIME_LIMIT_MS = 10_000;

/** Reads a config: JSON and YAML are parsed, everything else is imported. Throws `AGENTS_CONFIG_UNREADABLE`. */
export async function evaluateConfig(file: string): Promise<Evaluated> {
  switch (extname(file)) {
    case ".json":
      return { raw: parseJson(file), files: [file] };
    case ".yaml":
    case ".yml":
      return { raw: await parseYaml(file), files: [file] };
    default:
      return importConfig(file);
  }
}

async function importConfig(file: string): Promise<Evaluated> {
  const files = new Set([file]);
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const result = next(specifier, context);
      if (isOwn(specifier, context.parentURL, files)) files.add(fileURLToPath(result.url));
      return result;
    },
  });
  try {
    const module: unknown = await withTimeLimit(import(pathToFileURL(file).href), file);
    return { raw: defaultExport(module, file), files: [...files] };
  } catch (error) {
    if (error instanceof AgentsError) throw error;
    const { explainImport } = await import("./explain-import.ts");
    throw await explainImport(error, file);
  } finally {
    hooks.deregister();
  }
}

/** Imported by a path, from a file that belongs to the config itself. */
function isOwn(specifier: string, parent: string | undefined, files: ReadonlySet<string>): boolean {
  if (!/^(\.|\/|file:|#)/.test(specifier) || parent?.startsWith("file:") !== true) return false;
  return files.has(fileURLToPath(parent));
}

async function withTimeLimit<T>(work: Promise<T>, file: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(neverDone(file)), TIME_LIMIT_MS);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Reported for a config that awaits for ever, here and by the loader that runs it in a worker. */
export function neverDone(file: string): AgentsError {
  const reason = `it is still running after ${TIME_LIMIT_MS / 1000} s.`;
  return unreadableConfig({
    file,
    root: dirname(file),
    reason,
    hint: "A config is plain data: it waits for nothing and computes little.",
  });
}

function defaultExport(module: unknown, file: string): unknown {
  const value =
    typeof module === "object" && module !== null && "default" in module ? module.default : undefined;
  const report = (reason: string, hint: string) =>
    unreadableConfig({ file, root: dirname(file), reason, hint });
  if (value === undefined)
    throw report("it has no default export.", "Write: export default defineConfig({ … })");
  if (value instanceof Promise) {
    throw report(
      "its default export is a promise.",
      "A config is synchronous: write export default defineConfig({ … }) without async or await.",
    );
  }
  if (typeof value === "function")
    throw report(
      "its default export is a function.",
      "Export the config itself: export default defineConfig({ … })",
    );
  return value;
}

function parseJson(file: string): unknown {
  const result = parseJsonText(read(file));
  if (result.ok) return result.value;
  throw unreadableConfig({
    file,
    root: dirname(file),
    reason: `${result.reason}.`,
    place: { file, ...result.position },
  });
}

async function parseYaml(file: string): Promise<unknown> {
  const { LineCounter, parseDocument } = await import("yaml");
  const lines = new LineCounter();
  const document = parseDocument(read(file), { lineCounter: lines, prettyErrors: false });
  const [problem] = document.errors;
  if (problem === undefined) return document.toJS({ maxAliasCount: 100 });
  const { line, col } = lines.linePos(problem.pos[0]);
  throw unreadableConfig({
    file,
    root: dirname(file),
    reason: `${problem.message}.`,
    place: { file, line, column: col },
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw unreadableConfig({
      file,
      root: dirname(file),
      reason: `${relative(dirname(file), file)}: ${reason}.`,
      cause,
    });
  }
}
