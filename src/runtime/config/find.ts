import { existsSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, extname, join, resolve } from "node:path";
import type { cosmiconfig as Cosmiconfig, Options } from "cosmiconfig";
import { AgentsError } from "../model/errors.ts";

/** File names of a config, in the order in which they win within one folder. */
export const CONFIG_FILES: readonly string[] = ["ts", "mts", "js", "mjs", "json", "yaml", "yml"].map(
  (ending) => `agents.config.${ending}`,
);

/** Where a command was asked to look. */
export interface ConfigPlace {
  /** Absolute folder that the search starts in. */
  readonly cwd: string;
  /** `-f FILE`: that one, no search. Relative to `cwd`. */
  readonly file?: string;
}

/** The config file that is meant: `-f`, else the nearest one upwards from the folder. Not read yet. */
export async function findConfigFile(place: ConfigPlace): Promise<string> {
  if (place.file !== undefined) return namedFile(place.cwd, place.file);
  existing(place.cwd);
  const { cosmiconfig } = await import("cosmiconfig");
  const explorer = openExplorer(cosmiconfig);
  const found = await explorer.search(place.cwd);
  if (found === null) throw noConfig(place.cwd);
  return realFolder(found.filepath);
}

/** cosmiconfig reads the package.json and `.config/` of the folder for settings of its own, before it searches. */
function openExplorer(cosmiconfig: typeof Cosmiconfig): ReturnType<typeof Cosmiconfig> {
  try {
    return cosmiconfig("agents", EXPLORER);
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, " ");
    throw new AgentsError("AGENTS_CONFIG_UNREADABLE", `A file beside the config cannot be read: ${reason}.`, {
      path: process.cwd(),
      expected: "a package.json, where there is one, that is JSON",
      found: reason,
      hint: "Correct that file.",
      cause: error,
    });
  }
}

/** Reading the file is done once, by us, with errors that say where. */
const pathOnly = (file: string): { readonly file: string } => ({ file });

const EXPLORER: Partial<Options> = {
  searchPlaces: [...CONFIG_FILES],
  searchStrategy: "global",
  ignoreEmptySearchPlaces: false,
  cache: false,
  loaders: Object.fromEntries(CONFIG_FILES.map((name) => [extname(name), pathOnly])),
  transform: (result) =>
    result !== null && CONFIG_FILES.includes(basename(result.filepath)) ? result : null,
};

/**
 * The folder of the project without reading its config, so that ps, logs, stop and down work while that is broken: the
 * nearest one upwards with a config file, or with the state of a run whose config is gone.
 */
export function findProjectRoot(place: ConfigPlace): string {
  if (place.file !== undefined) return dirname(namedFile(place.cwd, place.file));
  const marks = [...CONFIG_FILES, join(".agents", "run.json")];
  for (const folder of upwards(realpathSync(existing(place.cwd)))) {
    if (marks.some((mark) => existsSync(join(folder, mark)))) return folder;
  }
  throw noConfig(place.cwd);
}

function existing(cwd: string): string {
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() === true) return cwd;
  throw new AgentsError("AGENTS_USAGE", `${cwd} is not a folder.`, {
    path: "--cwd",
    expected: "a folder that exists",
    found: cwd,
    hint: "--cwd takes the folder to start in.",
  });
}

/** The folder, its parents, up to the home folder where it lies in there, else to the root. */
function* upwards(start: string): Generator<string> {
  const last = homedir();
  for (let folder = start; ; folder = dirname(folder)) {
    yield folder;
    if (folder === last || folder === dirname(folder)) return;
  }
}

function namedFile(cwd: string, file: string): string {
  const path = resolve(cwd, file);
  if (!existsSync(path)) {
    throw new AgentsError("AGENTS_CONFIG_NOT_FOUND", `${path} does not exist.`, {
      path,
      expected: "a config file",
      found: "nothing",
      hint: "-f and --config take the path of a config file, relative to the folder the command runs in (or to --cwd).",
    });
  }
  const endings = CONFIG_FILES.map((name) => extname(name));
  if (statSync(path).isDirectory() || !endings.includes(extname(path))) {
    throw new AgentsError("AGENTS_CONFIG_NOT_FOUND", `${path} is not a config file.`, {
      path,
      expected: `a file that ends with ${endings.join(", ")}`,
      found: statSync(path).isDirectory()
        ? "a folder"
        : `a file that ends with ${extname(path) || "nothing"}`,
      hint: "-f takes the file itself; --cwd takes a folder.",
    });
  }
  return realFolder(path);
}

/** One run per folder, however one got there: the folder without symbolic links, the file under its own name. */
function realFolder(file: string): string {
  return join(realpathSync(dirname(file)), basename(file));
}

function noConfig(cwd: string): AgentsError {
  return new AgentsError(
    "AGENTS_CONFIG_NOT_FOUND",
    `There is no agents.config.ts in ${cwd} or a folder above it.`,
    {
      path: cwd,
      expected: CONFIG_FILES.join(", "),
      found: "none of them",
      hint: "Go to the project's folder, name it with --cwd DIR or the file with -f FILE, or write one: export default defineConfig({ … }).",
    },
  );
}
