import { resolve } from "node:path";
import type { Env } from "../../process/environment.ts";
import { StartError } from "../../process/start-error.ts";

/** Prompts of a GitHub repository, `<path>/<agent>/<name>.yaml`. */
export interface GithubSource {
  /** `owner/name` */
  readonly repo: string;
  /** A commit, a tag or a branch. */
  readonly ref: string;
  /** Folder inside the repository; empty: the repository itself. */
  readonly path: string;
  /** Base of the REST API, without a slash at its end. */
  readonly api: string;
  /** Null: asked without one, as the public. */
  readonly token: string | null;
  /** Absolute folder of the copies. */
  readonly cache: string;
}

const PUBLIC_API = "https://api.github.com";

/** The source that the environment names (`AGENTS_PROMPTS_REPO`); null where it names none. @throws StartError */
export function readGithubSource(env: Env, cwd: string): GithubSource | null {
  const repo = env["AGENTS_PROMPTS_REPO"] || null;
  if (repo === null) return null;
  if (!/^[A-Za-z0-9][\w.-]*\/[\w.-]+$/.test(repo))
    throw new StartError(
      `AGENTS_PROMPTS_REPO is "${repo}"`,
      "Set it to a repository such as my-org/prompts.",
    );
  const ref = env["AGENTS_PROMPTS_REF"] || null;
  if (ref === null)
    throw new StartError(
      "AGENTS_PROMPTS_REF is not set",
      `Set it to a commit of ${repo}, or to a tag or branch.`,
    );
  const path = (env["AGENTS_PROMPTS_PATH"] ?? "prompts").replaceAll(/^\/+|\/+$/g, "");
  if (path.split("/").some((part) => part === ".." || part === "."))
    throw new StartError(`AGENTS_PROMPTS_PATH is "${path}"`, "Set it to a folder inside the repository.");
  const api = (env["AGENTS_PROMPTS_API"] || PUBLIC_API).replace(/\/+$/, "");
  if (!isSafe(api))
    throw new StartError(
      `AGENTS_PROMPTS_API is "${api}"`,
      "Set it to an address such as https://github.example.com/api/v3.",
    );
  return {
    repo,
    ref,
    path,
    api,
    token: tokenOf(env, api),
    cache: resolve(cwd, env["AGENTS_PROMPTS_CACHE"] || ".agents/prompts"),
  };
}

/** A token for github.com is never sent to another server. */
function tokenOf(env: Env, api: string): string | null {
  const names =
    api === PUBLIC_API ? ["GITHUB_TOKEN", "GH_TOKEN"] : ["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"];
  return (
    ["AGENTS_PROMPTS_TOKEN", ...names].map((name) => env[name] ?? "").find((value) => value !== "") ?? null
  );
}

/** In the clear only to this machine. */
function isSafe(api: string): boolean {
  if (!URL.canParse(api)) return false;
  const { protocol, hostname, username } = new URL(api);
  if (username !== "") return false;
  return protocol === "https:" || (protocol === "http:" && ["127.0.0.1", "localhost"].includes(hostname));
}

/** A whole commit id: it never means anything else. */
export function isCommit(ref: string): boolean {
  return /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/i.test(ref);
}

/** `my-org/prompts@main`, for people. */
export function nameOfSource({ repo, ref }: GithubSource): string {
  return `${repo}@${isCommit(ref) ? short(ref) : ref}`;
}

/** The first letters of a commit id, as git shows it. */
export function short(commit: string): string {
  return commit.slice(0, 7);
}
