import { cutPage } from "agents-apphost/kit";
import type { Page } from "agents-apphost/kit";
import { z } from "zod";
import type {
  Board,
  External,
  ListedRun,
  RunFilter,
  WorkflowRun,
  Workflows,
} from "../../application/ports.ts";
import type { Issue, IssueChange } from "../../domain/issue.ts";
import { GithubHttp, understood } from "./github-http.ts";
import type { GithubSettings } from "./github-http.ts";

const LABEL = "agents";
const PER_PAGE = 100;
/** Pages that are searched for an issue of an earlier attempt. */
const MAX_PAGES = 10;

const githubIssue = z.object({
  number: z.int(),
  html_url: z.string(),
  body: z.string().nullish(),
  /** Only pull requests have it, which GitHub lists among the issues. */
  pull_request: z.unknown().optional(),
});

const githubRuns = z.object({
  workflow_runs: z.array(
    z.object({
      id: z.number(),
      name: z.string().nullish(),
      path: z.string().optional(),
      event: z.string(),
      status: z.string().nullable(),
      conclusion: z.string().nullable(),
      head_branch: z.string().nullable(),
      head_sha: z.string(),
      html_url: z.string(),
      run_number: z.int(),
      run_attempt: z.int().optional(),
      created_at: z.string(),
      updated_at: z.string(),
    }),
  ),
});

/** Issues and workflows of a repository on GitHub, by its REST API. */
export class Github implements Board, Workflows {
  readonly name = "github";
  readonly repository: string;
  readonly #http: GithubHttp;

  /** @param now milliseconds since 1970 */
  constructor(settings: GithubSettings, now: () => number) {
    this.repository = settings.repository;
    this.#http = new GithubHttp(settings, now);
  }

  /** Finds the issue by its mark where an earlier attempt has created it. */
  async create(issue: Issue, signal: AbortSignal): Promise<External> {
    const known = await this.#find(issue, signal);
    if (known !== null) return known;
    const made = await this.#http.call({ method: "POST", path: "/issues", body: toGithub(issue) }, signal);
    return toExternal(understood(githubIssue, made));
  }

  async update(issue: Issue, changed: readonly (keyof IssueChange)[], signal: AbortSignal): Promise<void> {
    if (issue.external === null) return; // it was created while no repository was configured
    const all = { ...toGithub(issue), state: issue.state };
    const body = Object.fromEntries(changed.map((key) => [key, all[key]]));
    await this.#http.call({ method: "PATCH", path: `/issues/${issue.external.number}`, body }, signal);
  }

  async trigger({ workflow, ref, inputs }: WorkflowRun, signal: AbortSignal): Promise<void> {
    const path = `/actions/workflows/${encodeURIComponent(workflow)}/dispatches`;
    await this.#http.call({ method: "POST", path, body: { ref, inputs } }, signal);
  }

  /** GitHub counts pages, whose rows move when a run begins: asked is for those that began no later than the last known one. */
  async runs({ limit, after, branch }: RunFilter, signal: AbortSignal): Promise<Page<ListedRun>> {
    const query = new URLSearchParams({ per_page: String(PER_PAGE) });
    if (branch !== undefined) query.set("branch", branch);
    if (after !== undefined) query.set("created", `<=${after[0]}`);
    const isKnown = ({ createdAt, id }: ListedRun): boolean =>
      after !== undefined && createdAt === after[0] && id >= after[1];
    const found: ListedRun[] = [];
    for await (const value of this.#http.pages(`/actions/runs?${query.toString()}`, signal)) {
      const runs = understood(githubRuns, value).workflow_runs.map(toRun);
      found.push(...runs.filter((run) => !isKnown(run)));
      if (found.length > limit) break;
    }
    return cutPage(found, limit, ({ createdAt, id }) => [createdAt, id]);
  }

  async #find(issue: Issue, signal: AbortSignal): Promise<External | null> {
    const query = `labels=${LABEL}&state=all&sort=created&direction=desc&per_page=${PER_PAGE}`;
    let page = 0;
    for await (const value of this.#http.pages(`/issues?${query}`, signal)) {
      const found = understood(z.array(githubIssue), value).find(
        ({ body, pull_request }) => pull_request === undefined && body?.includes(markOf(issue)) === true,
      );
      if (found !== undefined) return toExternal(found);
      page += 1;
      if (page === MAX_PAGES) break;
    }
    return null;
  }
}

function toExternal({ number, html_url }: z.output<typeof githubIssue>): External {
  return { number, url: html_url };
}

function toRun(run: z.output<typeof githubRuns>["workflow_runs"][number]): ListedRun {
  return {
    id: run.id,
    workflow: run.path ?? run.name ?? "",
    name: run.name ?? null,
    number: run.run_number,
    attempt: run.run_attempt ?? 1,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    branch: run.head_branch,
    commit: run.head_sha,
    url: run.html_url,
    createdAt: run.created_at,
    updatedAt: run.updated_at,
  };
}

function toGithub(issue: Issue): { title: string; body: string; labels: string[] } {
  const labels = [...new Set([LABEL, ...issue.labels])];
  return { title: issue.title, body: `${issue.body}\n\n${markOf(issue)}`, labels };
}

/** Seen by nobody who reads the issue, and found again. */
function markOf({ issueId }: Issue): string {
  return `<!-- agents-issue ${issueId} -->`;
}
