import type { ResolvedPrompts } from "../model/resolved.ts";

/**
 * What tells the kit where prompts are.
 *
 * @param copies Folder for the copies of repositories; null where the agent cannot see this machine's files: it keeps its own.
 */
export function promptVariables(
  prompts: ResolvedPrompts,
  values: Readonly<Record<string, string | undefined>>,
  copies: string | null,
): Readonly<Record<string, string>> {
  if (prompts.from === "folder") {
    const fromShell = (values["AGENTS_PROMPTS_REPO"] ?? "") !== "";
    return {
      ...(copies === null ? {} : { AGENTS_PROMPTS_DIR: prompts.folder }),
      // The config decides.
      ...(fromShell ? { AGENTS_PROMPTS_REPO: "" } : {}),
    };
  }
  const token = prompts.tokenFrom.map((name) => values[name] ?? "").find((value) => value !== "") ?? "";
  return {
    AGENTS_PROMPTS_REPO: prompts.repo,
    AGENTS_PROMPTS_REF: prompts.ref,
    AGENTS_PROMPTS_PATH: prompts.path,
    AGENTS_PROMPTS_API: prompts.api,
    AGENTS_PROMPTS_TOKEN: token,
    ...(copies === null ? {} : { AGENTS_PROMPTS_CACHE: copies }),
  };
}
