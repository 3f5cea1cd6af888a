import { Problem } from "agents-apphost/kit";
import { test } from "tap";
import type { Issue } from "../../../src/agents/devops/domain/issue.ts";
import { outcomeOf } from "../../../src/agents/devops/domain/run-outcome.ts";
import { Github } from "../../../src/agents/devops/infrastructure/github/github.ts";
import { nextPage } from "../../../src/agents/devops/infrastructure/github/headers.ts";
import { GithubServer } from "./github-server.ts";
import { issueShape, pullShape, refusals, runShape } from "./github-shapes.ts";

const issue: Issue = {
  issueId: "0f0e5b4e-8a5c-4f5e-9a59-3c1a5a3f8f10",
  title: "Write the report",
  body: "Soon.",
  labels: ["docs"],
  state: "open",
  version: 1,
  external: null,
  cause: { kind: "command", id: "c", eventType: null },
};
const mark = `<!-- agents-issue ${issue.issueId} -->`;
const signal = new AbortController().signal;

/** What the adapter throws, as the caller of the agent sees it. */
async function problemOf(work: Promise<unknown>): Promise<object> {
  const error: unknown = await work.then(
    () => new Error("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Problem)) throw error;
  const { status, message, options } = error;
  return { status, message, kind: options.kind, headers: options.headers };
}

/** What is said while a limit lasts. */
const later = (seconds: number) => ({
  status: 503,
  kind: "github-unavailable",
  headers: { "retry-after": String(seconds) },
});

/** A clock that stands until it is moved. */
async function start(t: { teardown(work: () => void): void }) {
  const server = await GithubServer.start(t);
  const clock = { now: Date.parse("2026-01-05T10:00:00Z") };
  const settings = { api: server.url, repository: "octo/hello", token: "t0ken" };
  return { server, clock, github: new Github(settings, () => clock.now) };
}

await test("an issue of an earlier attempt is found on a later page, and no pull request is taken for it", async (t) => {
  const { server, github } = await start(t);
  server.issues.push(issueShape(1, { title: "x", body: `Soon.\n\n${mark}`, labels: ["agents"] }));
  for (let number = 2; number <= 230; number += 1)
    server.issues.push(issueShape(number, { title: "other", body: null, labels: ["agents"] }));
  server.issues.push(pullShape(231, `see ${mark}`));
  t.strictSame(await github.create(issue, signal), {
    number: 1,
    url: "https://github.com/octo/hello/issues/1",
  });
  t.strictSame(
    server.asked.map(({ method, path }) => [method, new URL(path, server.url).searchParams.get("page")]),
    [
      ["GET", null],
      ["GET", "2"],
      ["GET", "3"],
    ],
  );
  t.match(await github.create({ ...issue, issueId: crypto.randomUUID() }, signal), { number: 232 });
  t.match(server.asked.at(-1), { method: "POST", body: { labels: ["agents", "docs"] } });
});

await test("the search for an earlier attempt ends, and no link leads to another server", async (t) => {
  const { server, github } = await start(t);
  for (let number = 1; number <= 1500; number += 1)
    server.issues.push(issueShape(number, { title: "other", body: null, labels: ["agents"] }));
  await github.create(issue, signal);
  t.equal(server.asked.filter(({ method }) => method === "GET").length, 10);

  const api = "https://api.github.com";
  const links: readonly (readonly [string | null, string | null])[] = [
    [null, null],
    ["", null],
    [`<${api}/x?page=2>; rel="next", <${api}/x?page=5>; rel="last"`, `${api}/x?page=2`],
    [`<${api}/x?page=1>; rel="prev", <${api}/x?a=1,2&page=3>; rel="next"`, `${api}/x?a=1,2&page=3`],
    [`<${api}/x?page=9>; rel="last"`, null],
    [`<${api}/x>; title="next"; rel=next`, `${api}/x`],
    [`<https://evil.example/x>; rel="next"`, null],
    ['<::>; rel="next"', `${api}/::`],
    [`<${api}/x>; rel="nextish"`, null],
  ];
  for (const [link, next] of links) t.equal(nextPage(link, api), next, String(link));
});

await test("after a limit nothing is asked until the time that GitHub named", async (t) => {
  const { server, clock, github } = await start(t);
  const reset = clock.now / 1000 + 120;
  server.failures.push(refusals.primary(reset));
  t.match(await problemOf(github.create(issue, signal)), later(120));
  t.equal(server.asked.length, 1);
  clock.now += 60_000;
  t.match(await problemOf(github.create(issue, signal)), later(60), "nobody asks in the meantime");
  t.equal(server.asked.length, 1);
  clock.now += 61_000;
  t.match(await github.create(issue, signal), { number: 1 });

  for (const [failure, seconds] of [
    [refusals.secondary(17), 17],
    [refusals.secondary(null), 60],
    [{ ...refusals.secondary(5), status: 429 }, 5],
    [{ status: 429, body: { message: "Slow down" } }, 60],
    [refusals.primary(clock.now / 1000 - 9000), 1],
    [refusals.primary(clock.now / 1000 + 999_999), 3600],
  ] as const) {
    server.failures.push(failure);
    t.match(
      await problemOf(github.update({ ...issue, external: { number: 1, url: "" } }, ["title"], signal)),
      later(seconds),
    );
    clock.now += seconds * 1000;
  }
});

await test("a permission that is missing is no limit, and what GitHub refuses is told in its words", async (t) => {
  const { server, github } = await start(t);
  for (const [failure, detail] of [
    [refusals.badCredentials, "HTTP 401: Bad credentials"],
    [refusals.forbidden, "HTTP 403: Resource not accessible by personal access token"],
    [refusals.validation, "HTTP 422: Validation Failed"],
    [refusals.gone, "HTTP 410: Issues has been disabled in this repository"],
  ] as const) {
    server.failures.push(failure);
    t.match(await problemOf(github.create(issue, signal)), {
      status: 502,
      kind: "github-refused",
      message: `GitHub refuses: ${detail}.`,
    });
  }
  t.match(await github.create(issue, signal), { number: 1 }, "the next call is made at once");
  server.failures.push({ status: 500, body: [] });
  t.match(await problemOf(github.create(issue, signal)), { status: 503 });
  server.failures.push({ status: 200, body: { hello: "world" } });
  t.match(await problemOf(github.create(issue, signal)), { status: 502, message: /shape that is not known/ });
  const gone = new Github({ api: "http://127.0.0.1:9", repository: "octo/hello", token: "x" }, Date.now);
  t.match(await problemOf(gone.create(issue, signal)), { status: 503 });
});

await test("runs are read in pages that hide none and show none twice, whatever begins meanwhile", async (t) => {
  const { server, github } = await start(t);
  // Many within one second, as a matrix of jobs makes them, and more than GitHub gives at once.
  for (let number = 1; number <= 250; number += 1)
    server.runs.push(
      runShape(number, "completed", "success", number < 20 ? "2026-01-22T19:33:08Z" : "2026-01-22T20:00:00Z"),
    );
  const seen: number[] = [];
  let after: readonly [string, number] | undefined;
  for (;;) {
    const page = await github.runs({ limit: 30, after }, signal);
    seen.push(...page.items.map((run) => run.number));
    server.runs.push(runShape(300 + seen.length, "queued", null, "2026-01-22T21:00:00Z"));
    if (page.next === null) break;
    const last = page.items.at(-1);
    after = [last?.createdAt ?? "", last?.id ?? 0];
  }
  t.strictSame(
    seen,
    Array.from({ length: 250 }, (_, index) => 250 - index),
  );
});

await test("runs are listed with what became of them", async (t) => {
  const { server, github } = await start(t);
  server.runs.push(runShape(1, "completed", "success"), runShape(2, "in_progress", null));
  const { items, next } = await github.runs({ limit: 5, branch: "main" }, signal);
  t.match(items, [
    { number: 2, conclusion: null },
    { number: 1, conclusion: "success", workflow: ".github/workflows/build.yml@main", branch: "main" },
  ]);
  t.equal(next, null);
  t.match(server.asked.at(-1)?.path, /actions\/runs\?per_page=100&branch=main$/);
  // The values of status and conclusion of GitHub's API.
  const known: readonly (readonly [string, string | null, string])[] = [
    ["queued", null, "running"],
    ["requested", null, "running"],
    ["pending", null, "running"],
    ["in_progress", null, "running"],
    ["waiting", null, "waiting"],
    ["completed", "success", "succeeded"],
    ["completed", "failure", "failed"],
    ["completed", "timed_out", "failed"],
    ["completed", "startup_failure", "failed"],
    ["completed", "cancelled", "ended"],
    ["completed", "skipped", "ended"],
    ["completed", "neutral", "ended"],
    ["completed", "stale", "ended"],
    ["completed", "action_required", "waiting"],
    ["completed", "a word of next year", "ended"],
    ["completed", null, "ended"],
  ];
  for (const [status, conclusion, outcome] of known)
    t.equal(outcomeOf(status, conclusion), outcome, `${status} ${conclusion}`);
});
