import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { plainReason } from "./plain-reason.ts";
import { PromptBroken } from "./prompt-broken.ts";
import { readPrompt } from "./prompt-file.ts";
import { parseFileName } from "./prompt-name.ts";
import type { Prompt } from "./prompt.ts";
import { readText } from "./read-text.ts";

/** One file of the project's prompts, as it is. */
export interface ReadFile {
  readonly agent: string;
  /** As people know it: relative to the project, or as a path of a repository. */
  readonly file: string;
  readonly name: string;
  readonly frozen: boolean;
  readonly text: string;
  readonly sha256: string;
  /** Null: broken. */
  readonly prompt: Prompt | null;
  /** What is wrong with it, with file, line and column. */
  readonly problem: string | null;
}

/** `agent/name@version`: what the lock calls a version. */
export function keyOf({ agent, name, prompt }: Pick<ReadFile, "agent" | "name" | "prompt">): string {
  return `${agent}/${name}@${prompt?.version ?? ""}`;
}

/** What a file is called for people, by its path below the folder of all prompts. */
export type NameFile = (path: string) => string;

/** Every prompt file of every agent, in order. */
export async function inventory(nameFile: NameFile, folder: string): Promise<readonly ReadFile[]> {
  const agents = await entries(folder);
  return (await Promise.all(agents.map(async (agent) => await promptFiles(nameFile, folder, agent)))).flat();
}

/** Those of one agent. */
export async function promptFiles(
  nameFile: NameFile,
  folder: string,
  agent: string,
): Promise<readonly ReadFile[]> {
  const names = (await entries(join(folder, agent))).filter((file) => parseFileName(file) !== null);
  return await Promise.all(names.map(async (file) => await read(nameFile, folder, agent, file)));
}

async function read(nameFile: NameFile, folder: string, agent: string, fileName: string): Promise<ReadFile> {
  const named = parseFileName(fileName);
  const file = nameFile(join(agent, fileName));
  const known = { agent, file, name: named?.name ?? fileName, frozen: (named?.frozen ?? null) !== null };
  let text = "";
  try {
    text = await readText(join(folder, agent, fileName), file);
    return { ...known, text, sha256: sha256(text), prompt: await readPrompt(file, text), problem: null };
  } catch (error) {
    return { ...known, text, sha256: sha256(text), prompt: null, problem: problemOf(error, file) };
  }
}

function problemOf(error: unknown, file: string): string {
  if (error instanceof PromptBroken) return error.message;
  // The folder names it all the same: a link to nothing, or a file that was removed a moment ago.
  if (error instanceof Error && "code" in error && error.code === "ENOENT")
    return `${file}: it cannot be read: ${plainReason(error)}`;
  throw error;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Names in a folder that do not start with `_` or `.`; none where it is no folder. */
async function entries(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => !/^[_.]/.test(name)).toSorted();
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return [];
    throw error;
  }
}
