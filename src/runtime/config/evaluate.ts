import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { dirname, extname, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isMainThread } from "node:worker_threads";
import { AgentsError } from "../model/errors.ts";
import { withDefaultSignals } from "./default-signals.ts";
import { guardProcess } from "./guard-process.ts";
import { parseJsonText } from "./json-text.ts";
import { onStrayError, runAsConfig } from "./left-running.ts";
import type { Ran } from "./run-module.ts";
import { neverDone, runModule, TIME_LIMIT_MS } from "./run-module.ts";
import { unreadableConfig } from "./source-error.ts";

/** What a config file holds, and which files decide it: itself, and the project's own files that it imports. */
export type Evaluated =
  | { readonly at: "evaluated"; readonly raw: unknown; readonly files: readonly string[] }
  /** It has an `await` at its top level: it can only be evaluated where it can be ended, in a worker. */
  | { readonly at: "waits" };

/** Reads a config: JSON and YAML are parsed, everything else is run. Throws `AGENTS_CONFIG_UNREADABLE`. */
export async function evaluateConfig(file: string): Promise<Evaluated> {
  switch (extname(file)) {
    case ".json":
      return { at: "evaluated", raw: parseJson(file), files: [file] };
    case ".yaml":
    case ".yml":
      return { at: "evaluated", raw: await parseYaml(file), files: [file] };
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
  using guard = guardProcess(file);
  const { promise: strayed, reject } = Promise.withResolvers<never>();
  strayed.catch(() => undefined); // it may come when nobody waits any more
  const strays = onStrayError(({ error }) => reject(error));
  try {
    const ran = run(file);
    if (ran.at === "waits" && isMainThread) return ran;
    const module =
      ran.at === "ran"
        ? ran.module
        : await withTimeLimit(
            Promise.race([runAsConfig(file, async () => import(pathToFileURL(file).href)), strayed]),
            file,
          );
    // Rejections that nobody handles are told between turns of the event loop.
    await Promise.race([new Promise((resolve) => setImmediate(resolve)), strayed]);
    guard.assertStayed();
    return { at: "evaluated", raw: defaultExport(module, file), files: [...files] };
  } catch (error) {
    if (error instanceof AgentsError) throw error;
    guard.assertStayed();
    guard[Symbol.dispose](); // the config is done: from here on the process is its own again
    const { explainImport } = await import("./explain-import.ts");
    throw await explainImport(error, file);
  } finally {
    strays[Symbol.dispose]();
    hooks.deregister();
  }
}

/** Nothing was started yet that a signal would have to give back. */
function run(file: string): Ran {
  const signals = isMainThread ? (["SIGTERM", "SIGHUP"] as const) : [];
  return withDefaultSignals(signals, () => runAsConfig(file, () => runModule(file)));
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
