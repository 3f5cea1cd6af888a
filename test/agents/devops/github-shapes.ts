/**
 * What GitHub's REST API answers, written down by hand from its public description (API version 2022-11-28): with the
 * members that nobody here reads, so that a schema that is too strict fails.
 */
const user = {
  login: "octocat",
  id: 1,
  node_id: "MDQ6VXNlcjE=",
  avatar_url: "https://github.com/images/error/octocat_happy.gif",
  type: "User",
  site_admin: false,
};

export interface IssueShape {
  readonly number: number;
  readonly html_url: string;
  readonly state: string;
  readonly title: string;
  readonly body: string | null;
  readonly labels: readonly { readonly name: string }[];
}

export function issueShape(
  number: number,
  {
    title,
    body,
    labels,
    state = "open",
  }: { title: string; body: string | null; labels: readonly string[]; state?: string },
): IssueShape {
  return {
    id: 1000 + number,
    node_id: "MDU6SXNzdWUx",
    url: `https://api.github.com/repos/octo/hello/issues/${number}`,
    repository_url: "https://api.github.com/repos/octo/hello",
    labels_url: `https://api.github.com/repos/octo/hello/issues/${number}/labels{/name}`,
    comments_url: `https://api.github.com/repos/octo/hello/issues/${number}/comments`,
    html_url: `https://github.com/octo/hello/issues/${number}`,
    number,
    state,
    state_reason: null,
    title,
    body,
    user,
    labels: labels.map((name, at) => ({
      id: at,
      node_id: "x",
      url: "",
      name,
      color: "f29513",
      default: false,
    })),
    assignee: null,
    assignees: [],
    milestone: null,
    locked: false,
    active_lock_reason: null,
    comments: 0,
    closed_at: null,
    created_at: "2026-01-05T09:05:00Z",
    updated_at: "2026-01-05T09:05:00Z",
    author_association: "COLLABORATOR",
  } as IssueShape;
}

/** GitHub lists pull requests among the issues. */
export function pullShape(number: number, body: string): IssueShape {
  const pull_request = { url: `https://api.github.com/repos/octo/hello/pulls/${number}`, merged_at: null };
  return {
    ...issueShape(number, { title: "A pull request", body, labels: ["agents"] }),
    pull_request,
  } as IssueShape;
}

export function runShape(
  number: number,
  status: string,
  conclusion: string | null,
  created_at = "2026-01-22T19:33:08Z",
): object {
  return {
    id: 30_433_642 + number,
    name: "Build",
    node_id: "MDEyOldvcmtmbG93IFJ1bjI2OTI4OQ==",
    check_suite_id: 42,
    head_branch: "main",
    head_sha: "acb5820ced9479c074f688cc328bf03f341a511d",
    path: ".github/workflows/build.yml@main",
    run_number: number,
    run_attempt: 1,
    event: "push",
    display_title: "Update README.md",
    status,
    conclusion,
    workflow_id: 159_038,
    url: `https://api.github.com/repos/octo/hello/actions/runs/${number}`,
    html_url: `https://github.com/octo/hello/actions/runs/${number}`,
    pull_requests: [],
    created_at,
    updated_at: "2026-01-22T19:35:08Z",
    actor: user,
    run_started_at: "2026-01-22T19:33:08Z",
    triggering_actor: user,
  };
}

export const refusals = {
  badCredentials: {
    status: 401,
    body: { message: "Bad credentials", documentation_url: "https://docs.github.com/rest", status: "401" },
  },
  forbidden: {
    status: 403,
    headers: { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4999" },
    body: { message: "Resource not accessible by personal access token", status: "403" },
  },
  validation: {
    status: 422,
    body: {
      message: "Validation Failed",
      errors: [{ resource: "Issue", field: "title", code: "missing_field" }],
      documentation_url: "https://docs.github.com/rest/issues/issues#create-an-issue",
    },
  },
  gone: { status: 410, body: { message: "Issues has been disabled in this repository." } },
  /** The quota of the hour is used up. */
  primary: (reset: number) => ({
    status: 403,
    headers: {
      "x-ratelimit-limit": "5000",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(reset),
    },
    body: {
      message: "API rate limit exceeded for user ID 1.",
      documentation_url: "https://docs.github.com/rest",
    },
  }),
  /** Too much at once, with the time to wait or without. */
  secondary: (seconds: number | null) => ({
    status: 403,
    headers: {
      "x-ratelimit-remaining": "4000",
      ...(seconds === null ? {} : { "retry-after": String(seconds) }),
    },
    body: {
      message:
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID.",
    },
  }),
} as const;
