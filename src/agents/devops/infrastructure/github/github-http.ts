import { Problem } from "agents-apphost/kit";
import { z } from "zod";
import { BoardUnavailable } from "../../application/board-unavailable.ts";
import { laterThan, nextPage } from "./headers.ts";

/** Where GitHub is, and as whom. */
export interface GithubSettings {
  readonly api: string;
  readonly repository: string;
  readonly token: string;
}

const TIMEOUT_MS = 20_000;
/** Longest answer that is read. */
const MAX_ANSWER = 20_000_000;

/** One request to the REST API of a repository. */
export interface Call {
  readonly method: "GET" | "POST" | "PATCH";
  /** Below `/repos/owner/name`, or a whole URL that GitHub gave. */
  readonly path: string;
  readonly body?: object;
}

/**
 * Calls GitHub's REST API. After a rate limit nothing is asked until the time that GitHub named: whoever goes on asking
 * is banned (GitHub's best practices for its REST API).
 */
export class GithubHttp {
  readonly #settings: GithubSettings;
  readonly #now: () => number;
  #closed: { readonly until: number; readonly said: string } | null = null;

  /** @param now milliseconds since 1970 */
  constructor(settings: GithubSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
  }

  /** @throws Problem 502 for what GitHub refuses. @throws BoardUnavailable for what it cannot do now. */
  async call(call: Call, signal: AbortSignal): Promise<unknown> {
    return (await this.#send(call, signal)).value;
  }

  /** The pages of a list, one after the other, as long as more are asked for. */
  async *pages(path: string, signal: AbortSignal): AsyncGenerator {
    for (let next: string | null = path; next !== null;) {
      const { value, headers } = await this.#send({ method: "GET", path: next }, signal);
      yield value;
      next = nextPage(headers.get("link"), this.#settings.api);
    }
  }

  async #send(call: Call, signal: AbortSignal): Promise<{ value: unknown; headers: Headers }> {
    const now = this.#now();
    if (this.#closed !== null && now < this.#closed.until)
      throw unavailable(this.#closed.said, Math.ceil((this.#closed.until - now) / 1000));
    const response = await this.#fetch(call, signal);
    const text = await read(response);
    if (response.ok) return { value: text === "" ? null : parsed(text), headers: response.headers };
    throw this.#refusal(response, text);
  }

  async #fetch({ method, path, body }: Call, signal: AbortSignal): Promise<Response> {
    const { api, repository, token } = this.#settings;
    const url = path.startsWith("/") ? `${api}/repos/${repository}${path}` : path;
    try {
      return await fetch(url, {
        method,
        // A renamed repository answers with a redirect; fetch takes the token off when it leads elsewhere.
        headers: {
          accept: "application/vnd.github+json",
          authorization: `Bearer ${token}`,
          "x-github-api-version": "2022-11-28",
          "user-agent": "agents",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
    } catch (error) {
      throw unavailable(error instanceof Error ? error.message : String(error), null);
    }
  }

  #refusal({ status, headers }: Response, text: string): Problem {
    const { success, data } = z.object({ message: z.string() }).safeParse(parsed(text));
    const said = `HTTP ${status}${success ? `: ${data.message.slice(0, 300).replace(/[.\s]+$/u, "")}` : ""}`;
    const seconds = laterThan({ status, headers, message: success ? data.message : "", now: this.#now() });
    if (seconds !== null) {
      this.#closed = { until: this.#now() + seconds * 1000, said };
      return unavailable(said, seconds);
    }
    if (status >= 500) return unavailable(said, Number(headers.get("retry-after")) || null);
    return new Problem(502, `GitHub refuses: ${said}.`, {
      kind: "github-refused",
      title: "GitHub refuses",
      hint: "Look at DEVOPS_GITHUB_REPOSITORY, and at what the token may do.",
    });
  }
}

/** An answer in the shape that is expected. @throws Problem 502 for another one: nothing is wrong with the request. */
export function understood<Shape>(schema: z.ZodType<Shape>, value: unknown): Shape {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const where = error.issues[0]?.path.join(".") ?? "";
  throw new Problem(
    502,
    `GitHub answers in a shape that is not known here${where === "" ? "" : `, at ${where}`}.`,
    {
      kind: "github-refused",
      title: "GitHub refuses",
      hint: "Look at DEVOPS_GITHUB_API: is it the REST API of GitHub?",
    },
  );
}

async function read(response: Response): Promise<string> {
  try {
    const text = await response.text();
    if (text.length <= MAX_ANSWER) return text;
  } catch (error) {
    throw unavailable(error instanceof Error ? error.message : String(error), null);
  }
  throw unavailable("its answer is too long", null);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function unavailable(reason: string, seconds: number | null): BoardUnavailable {
  const title = "GitHub cannot be used now";
  return new BoardUnavailable(`${title}: ${reason}.`, { kind: "github-unavailable", title }, seconds);
}
