import { join, relative } from "node:path";
import { createLogger } from "../../log/logger.ts";
import type { Env } from "../../process/environment.ts";
import { fetchPrompts } from "../github/fetch-prompts.ts";
import { nameOfSource, readGithubSource, short } from "../github/github-source.ts";
import { warningOf } from "../prompt-origin.ts";
import type { NameFile } from "../read-files.ts";

/** What the command line says of the project. */
export interface ToolPlace {
  readonly root: string;
  /** Folder of all prompts, where the environment names no repository. */
  readonly folder: string;
  /** What differs in the environment of single agents. */
  readonly agents: Readonly<Record<string, Env>>;
}

/** The files that the tool works on. */
export interface OpenedFiles {
  readonly folder: string;
  readonly nameFile: NameFile;
  /** False: they belong to a repository. */
  readonly writable: boolean;
  /** `my-org/prompts@main`, or the folder. */
  readonly source: string;
  /** What a person has to know of them. */
  readonly notes: readonly string[];
}

/** Those of the project, or of a repository at one commit. @throws StartError */
export async function openFiles({ root, folder }: ToolPlace, env: Env): Promise<OpenedFiles> {
  const source = readGithubSource(env, root);
  if (source === null)
    return {
      folder,
      nameFile: (path) => relative(root, join(folder, path)),
      writable: true,
      source: folder,
      notes: [],
    };
  const { signal } = new AbortController(); // Ctrl-C ends the process
  const silent = createLogger(() => undefined, "error");
  const fetched = await fetchPrompts(source, { agent: null, signal, log: silent, production: false });
  const { origin } = fetched;
  const commit = origin.from === "github" ? short(origin.commit) : "";
  const warning = warningOf(origin);
  return {
    folder: fetched.folder,
    nameFile: (path) => `${source.repo}@${commit}:${join(source.path, path)}`,
    writable: false,
    source: nameOfSource(source),
    notes: warning === null ? [] : [warning],
  };
}
