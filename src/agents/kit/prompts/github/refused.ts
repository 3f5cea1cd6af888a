import { GithubFailure } from "./github-failure.ts";
import type { GithubSource } from "./github-source.ts";
import { nameOfSource } from "./github-source.ts";

/** An answer that is no answer. */
export interface Refusal {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Where GitHub does not say how long, it asks for a minute at least. */
const UNSAID_WAIT_MS = 60_000;

/** What an answer other than 200 and 304 means, and what to do about it. */
export function failureOf(refusal: Refusal, source: GithubSource, now: number): GithubFailure {
  const { status } = refusal;
  const { repo, token, ref } = source;
  const who = nameOfSource(source);
  const said = saidIn(refusal.text);
  if (isLimited(refusal)) {
    const retryAt = retryAtOf(refusal.headers, now);
    return new GithubFailure(
      "limited",
      `GitHub takes no more questions for now (${status}) about ${who}; it does again at ${new Date(retryAt).toISOString()}`,
      token === null
        ? "Give a token (GITHUB_TOKEN): without one 60 questions an hour are allowed."
        : "Wait until then.",
      { retryAt },
    );
  }
  if (status === 401)
    return new GithubFailure(
      "unauthorized",
      `GitHub does not accept the token for ${who}: ${said}`,
      "Set GITHUB_TOKEN (or the variable that tokenFrom names) to one that is valid, or to nothing for a public repository.",
    );
  if (status === 403)
    return new GithubFailure(
      "forbidden",
      `GitHub does not let this token read ${who}: ${said}`,
      "Give the token the permission to read the contents of the repository, and authorise it for the organisation's single sign-on.",
    );
  if (status === 404)
    return new GithubFailure(
      "not-found",
      `GitHub has no ${repo}, or nothing in it for ${ref}, that ${token === null ? "everybody" : "this token"} may read`,
      token === null
        ? "Correct the name; a private repository needs a token (GITHUB_TOKEN)."
        : "Correct the name, or give the token the permission to read its contents.",
    );
  if (status === 409 || status === 422)
    return new GithubFailure(
      "no-such-ref",
      `${repo} has no commit, tag or branch "${ref}": ${said}`,
      "Correct ref: git ls-remote lists what there is.",
    );
  return new GithubFailure(
    "failing",
    `GitHub fails for ${who} (${status}): ${said}`,
    "Try again in a moment.",
  );
}

/** Also a 403 is one that is over by itself, where it says when, or that nothing is left. */
function isLimited({ status, headers, text }: Refusal): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return (
    headers.has("retry-after") ||
    headers.get("x-ratelimit-remaining") === "0" ||
    /rate limit/i.test(saidIn(text))
  );
}

/** `retry-after` in seconds or as a date, else `x-ratelimit-reset` in seconds since 1970 where nothing is left. */
function retryAtOf(headers: Headers, now: number): number {
  const after = headers.get("retry-after");
  if (after !== null) {
    const seconds = Number(after);
    if (Number.isFinite(seconds)) return now + seconds * 1000;
    const date = Date.parse(after);
    if (!Number.isNaN(date)) return date;
  }
  const reset = Number(headers.get("x-ratelimit-reset") ?? Number.NaN);
  if (headers.get("x-ratelimit-remaining") === "0" && Number.isFinite(reset)) return reset * 1000;
  return now + UNSAID_WAIT_MS;
}

/** GitHub's `message`, in one short line. */
function saidIn(text: string): string {
  let said: unknown = text;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && "message" in value) said = value.message;
  } catch {
    // no JSON: a proxy in between, for one
  }
  const line = (typeof said === "string" ? said : "").replaceAll(/\s+/g, " ").trim();
  return line === "" ? "it says nothing" : line.slice(0, 200);
}
