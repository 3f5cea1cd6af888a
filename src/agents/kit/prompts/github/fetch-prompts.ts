import type { Logger } from "../../log/logger.ts";
import { StartError } from "../../process/start-error.ts";
import type { PromptOrigin } from "../prompt-origin.ts";
import { warningOf } from "../prompt-origin.ts";
import { GithubFailure } from "./github-failure.ts";
import type { GithubSource } from "./github-source.ts";
import { isCommit, nameOfSource, short } from "./github-source.ts";
import type { PromptCopy } from "./sync.ts";
import { syncPrompts } from "./sync.ts";

export interface FetchOptions {
  /** Whose files are needed; null: those of all. */
  readonly agent: string | null;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly production: boolean;
}

export interface FetchedPrompts {
  readonly folder: string;
  readonly origin: PromptOrigin;
}

/** Fetches the prompts of a repository, and says which ones they are. @throws StartError */
export async function fetchPrompts(
  source: GithubSource,
  { agent, signal, log, production }: FetchOptions,
): Promise<FetchedPrompts> {
  const copy = await copyOf(source, { agent, signal });
  const origin = originOf(source, copy);
  const warning = warningOf(origin);
  const { commit, movedFrom } = copy;
  log.info("prompts come from GitHub", { source: nameOfSource(source), commit: short(commit) });
  if (warning !== null) log.warn(warning);
  if (movedFrom !== null)
    log.info("the ref of the prompts has moved", {
      ref: source.ref,
      from: short(movedFrom),
      to: short(commit),
    });
  if (production && !isCommit(source.ref))
    log.warn(`${source.ref} is no commit: it may mean other prompts at the next start. Pin ${commit}`);
  return { folder: copy.folder, origin };
}

async function copyOf(
  source: GithubSource,
  options: { readonly agent: string | null; readonly signal: AbortSignal },
): Promise<PromptCopy> {
  try {
    return await syncPrompts(source, options);
  } catch (error) {
    if (error instanceof GithubFailure)
      throw new StartError(`${error.message}, and there is no copy of them here`, error.hint, {
        cause: error,
        code: "AGENTS_PROMPT_SOURCE_FAILED",
        mayPass: error.mayPass,
      });
    // Of the file system, or of SQLite, which has the lock in that folder.
    if (!(error instanceof Error) || !("syscall" in error || "errcode" in error)) throw error;
    throw new StartError(
      `Prompts cannot be kept in ${source.cache}: ${error.message}`,
      "Set AGENTS_PROMPTS_CACHE to a folder that can be written to.",
      { cause: error, code: "AGENTS_PROMPT_SOURCE_FAILED", mayPass: true },
    );
  }
}

function originOf({ repo, ref }: GithubSource, { commit, outdated, checkedAt }: PromptCopy): PromptOrigin {
  const reason = outdated?.message ?? null;
  const state = outdated === null ? "current" : "copy";
  return { from: "github", repo, ref, commit, state, reason, checkedAt: new Date(checkedAt).toISOString() };
}
