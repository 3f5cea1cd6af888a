import { GithubFailure } from "./github-failure.ts";
import type { GithubSource } from "./github-source.ts";
import { nameOfSource } from "./github-source.ts";
import { failureOf } from "./refused.ts";

/** What a question with an ETag was answered. */
export type Conditional =
  | { readonly at: "unchanged" }
  | { readonly at: "answered"; readonly text: string; readonly etag: string | null };

/** Longer than this nobody waits for one answer. */
const ANSWER_MS = 15_000;
const JSON_TYPE = "application/vnd.github+json";

/** GitHub's REST API, as far as reading files at a commit needs it. One question at a time, as GitHub asks of its clients. */
export class GithubApi {
  readonly #source: GithubSource;
  readonly #signal: AbortSignal;
  readonly #mayAsk: () => Promise<void>;

  /** @param mayAsk Throws where the server wants to be left alone; called before each question. */
  constructor(source: GithubSource, signal: AbortSignal, mayAsk: () => Promise<void>) {
    this.#source = source;
    this.#signal = signal;
    this.#mayAsk = mayAsk;
  }

  /** The commit that a branch, a tag or the beginning of a commit means. @throws GithubFailure */
  async commitOf(ref: string, etag: string | null): Promise<Conditional> {
    const path = ref.split("/").map(encodeURIComponent).join("/");
    return await this.#ask(`/commits/${path}`, "application/vnd.github.sha", etag);
  }

  /** @throws GithubFailure */
  async tree(id: string, isRecursive: boolean): Promise<unknown> {
    return await this.#json(`/git/trees/${id}${isRecursive ? "?recursive=1" : ""}`);
  }

  /** @throws GithubFailure */
  async blob(id: string): Promise<unknown> {
    return await this.#json(`/git/blobs/${id}`);
  }

  async #json(path: string): Promise<unknown> {
    const answer = await this.#ask(path, JSON_TYPE, null);
    try {
      return answer.at === "answered" ? JSON.parse(answer.text) : null;
    } catch (cause) {
      throw this.unexpected(`its answer to ${path} is no JSON`, cause);
    }
  }

  async #ask(path: string, accept: string, etag: string | null): Promise<Conditional> {
    const { api, repo, token } = this.#source;
    this.#signal.throwIfAborted();
    await this.#mayAsk();
    let status: number;
    let headers: Headers;
    let text: string;
    try {
      const response = await fetch(`${api}/repos/${repo}${path}`, {
        headers: {
          accept,
          "user-agent": "agents-apphost",
          "x-github-api-version": "2022-11-28",
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(etag === null ? {} : { "if-none-match": etag }),
        },
        signal: AbortSignal.any([this.#signal, AbortSignal.timeout(ANSWER_MS)]),
      });
      ({ status, headers } = response);
      text = status === 304 ? "" : await response.text();
    } catch (cause) {
      this.#signal.throwIfAborted();
      throw this.#unreachable(cause);
    }
    if (status === 304 && etag !== null) return { at: "unchanged" };
    if (status === 200) return { at: "answered", text, etag: headers.get("etag") };
    throw failureOf({ status, headers, text }, this.#source, Date.now());
  }

  /** What the server said makes no sense. */
  unexpected(what: string, cause?: unknown): GithubFailure {
    return new GithubFailure(
      "unexpected",
      `${this.#source.api} answers for ${this.#source.repo} as GitHub does not: ${what}`,
      "Look whether AGENTS_PROMPTS_API is the base of GitHub's REST API.",
      { cause },
    );
  }

  #unreachable(cause: unknown): GithubFailure {
    return new GithubFailure(
      "unreachable",
      `${this.#source.api} cannot be reached for the prompts of ${nameOfSource(this.#source)} (${whyOf(cause)})`,
      "Look at the network.",
      { cause },
    );
  }
}

/** What lies at the bottom of a fetch that failed. */
function whyOf(error: unknown): string {
  let why = "no connection";
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    why = "code" in at && typeof at.code === "string" ? at.code : at.message;
    if (at.name === "TimeoutError") return `no answer within ${ANSWER_MS / 1000} s`;
  }
  return why;
}
