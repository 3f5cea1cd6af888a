import { join } from "node:path";
import type { Logger } from "../log/logger.ts";
import type { Env } from "../process/environment.ts";
import { PromptFolder } from "./prompt-folder.ts";
import type { PromptOrigin } from "./prompt-origin.ts";

export interface OpenPromptsInput {
  readonly agent: string;
  readonly env: Env;
  /** Folder of the prompts of all agents where they are files of this machine. */
  readonly promptsDir: string;
  /** True: the agent's own code names that folder, whatever the environment says. */
  readonly isOwn: boolean;
  readonly production: boolean;
  readonly log: Logger;
}

/** The prompts of an agent, where they really come from. */
export interface OpenedPrompts {
  readonly prompts: PromptFolder;
  /** The agent's folder. */
  readonly folder: string;
  readonly origin: PromptOrigin;
  /** True: a save is used by the next call. */
  readonly changes: boolean;
}

/**
 * Finds the prompts: files of this machine, or those of a repository at one commit. In production they are exactly those of the
 * lock.
 *
 * @throws StartError
 */
export async function openPrompts(input: OpenPromptsInput): Promise<OpenedPrompts> {
  const { agent, production, log, env, isOwn, promptsDir } = input;
  const fromRepository = isOwn || !env["AGENTS_PROMPTS_REPO"] ? null : await fetched(input);
  const root = fromRepository?.folder ?? promptsDir;
  const folder = join(root, agent);
  const changes = !production && fromRepository === null;
  if (production) {
    const { assertLocked } = await import("./assert-locked.ts");
    await assertLocked(root, agent);
  }
  return {
    prompts: new PromptFolder({ agent, folder, frozen: !changes, log }),
    folder,
    origin: fromRepository?.origin ?? { from: "folder", folder: promptsDir },
    changes,
  };
}

async function fetched({ agent, env, production, log }: OpenPromptsInput) {
  const { readGithubSource } = await import("./github/github-source.ts");
  const source = readGithubSource(env, process.cwd());
  if (source === null) return null;
  const { fetchPrompts } = await import("./github/fetch-prompts.ts");
  const { signal } = new AbortController(); // a stop before the agent listens ends the process
  return await fetchPrompts(source, { agent, signal, log, production });
}
