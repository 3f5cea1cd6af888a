import { Problem } from "agents-apphost/kit";
import { z } from "zod";
import type { Board, External, WorkflowRun, Workflows } from "../application/ports.ts";
import type { Issue } from "../domain/issue.ts";

/** Where GitHub is, and as whom. */
export interface GithubSettings {
  readonly api: string;
  readonly repository: string;
  readonly token: string;
}

const LABEL = "agents";
const TIMEOUT_MS = 20_000;

const githubIssue = z.object({ number: z.int(), html_url: z.string(), body: z.string().nullable() });

/** Issues and workflows of a repository on GitHub, by its REST API. */
export class Github implements Board, Workflows {
  readonly name = "github";
  readonly repository: string;
  readonly #settings: GithubSettings;

  constructor(settings: GithubSettings) {
    this.repository = settings.repository;
    this.#settings = settings;
  }

  /** Finds the issue by its mark where an earlier attempt has created it. */
  async create(issue: Issue, signal: AbortSignal): Promise<External> {
    const query = `labels=${LABEL}&state=all&sort=created&direction=desc&per_page=100`;
    const recent = z.array(githubIssue).parse(await this.#call("GET", `/issues?${query}`, undefined, signal));
    const known = recent.find(({ body }) => body?.includes(markOf(issue)) === true);
    const found = known ?? githubIssue.parse(await this.#call("POST", "/issues", toGithub(issue), signal));
    return { number: found.number, url: found.html_url };
  }

  async update(issue: Issue, signal: AbortSignal): Promise<void> {
    if (issue.external === null) return; // it was created while no repository was configured
    const body = { ...toGithub(issue), state: issue.state };
    await this.#call("PATCH", `/issues/${issue.external.number}`, body, signal);
  }

  async trigger({ workflow, ref, inputs }: WorkflowRun, signal: AbortSignal): Promise<void> {
    const path = `/actions/workflows/${encodeURIComponent(workflow)}/dispatches`;
    await this.#call("POST", path, { ref, inputs }, signal);
  }

  async #call(method: string, path: string, body: object | undefined, signal: AbortSignal): Promise<unknown> {
    const { api, repository, token } = this.#settings;
    const response = await fetch(`${api}/repos/${repository}${path}`, {
      method,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${token}`,
        "x-github-api-version": "2022-11-28",
        "user-agent": "agents",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    }).catch((error: unknown) => {
      throw unavailable(error instanceof Error ? error.message : String(error), null);
    });
    if (response.ok) return response.status === 204 ? null : await response.json();
    throw await refusal(response);
  }
}

function toGithub(issue: Issue): { title: string; body: string; labels: string[] } {
  return { title: issue.title, body: `${issue.body}\n\n${markOf(issue)}`, labels: [LABEL, ...issue.labels] };
}

/** Seen by nobody who reads the issue, and found again. */
function markOf({ issueId }: Issue): string {
  return `<!-- agents-issue ${issueId} -->`;
}

async function refusal(response: Response): Promise<Problem> {
  const text = await response.text();
  const { success, data } = z.object({ message: z.string() }).safeParse(safeJson(text));
  const said = `HTTP ${response.status}${success ? `: ${data.message}` : ""}`;
  // 403 without a quota left is "later", as 429 is (GitHub's rate limits).
  const limited = response.status === 429 || response.headers.get("x-ratelimit-remaining") === "0";
  if (limited || response.status >= 500) return unavailable(said, response.headers.get("retry-after"));
  return new Problem(502, `GitHub refuses: ${said}.`, {
    kind: "github-refused",
    title: "GitHub refuses",
    hint: "Look at DEVOPS_GITHUB_REPOSITORY, and at what the token may do.",
  });
}

function unavailable(reason: string, retryAfter: string | null): Problem {
  return new Problem(503, `GitHub cannot be used now: ${reason}.`, {
    kind: "github-unavailable",
    title: "GitHub cannot be used now",
    headers: { "retry-after": retryAfter ?? "30" },
  });
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The board that is kept here alone. */
export const localBoard: Board = {
  name: "local",
  create: () => Promise.resolve(null),
  update: () => Promise.resolve(),
};
