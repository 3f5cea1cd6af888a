import { StartError } from "agents-apphost/kit";
import type { GithubSettings } from "./github/github-http.ts";

/**
 * Reads DEVOPS_GITHUB_REPOSITORY (none: issues are kept here alone), DEVOPS_GITHUB_TOKEN and DEVOPS_GITHUB_API
 * (https://api.github.com).
 *
 * @throws StartError that names the variable, what was found and what was expected.
 */
export function readGithub(env: Readonly<Record<string, string | undefined>>): GithubSettings | null {
  const repository = env["DEVOPS_GITHUB_REPOSITORY"] ?? "";
  if (repository === "") return null;
  if (!/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/.test(repository))
    throw new StartError(
      `DEVOPS_GITHUB_REPOSITORY: "${repository}" is no repository`,
      "Set it to owner/name, or leave it out: then issues are kept by this agent alone.",
    );
  const token = env["DEVOPS_GITHUB_TOKEN"] ?? "";
  if (token === "")
    throw new StartError(
      "DEVOPS_GITHUB_TOKEN is not set, and DEVOPS_GITHUB_REPOSITORY is",
      "Set it to a token that may write issues and run workflows of the repository.",
    );
  const api = env["DEVOPS_GITHUB_API"] ?? "https://api.github.com";
  if (!URL.canParse(api) || !/^https?:/.test(api))
    throw new StartError(
      `DEVOPS_GITHUB_API: "${api}" is no http or https URL`,
      "Leave it out for github.com.",
    );
  return { repository, token, api: api.replace(/\/+$/, "") };
}
