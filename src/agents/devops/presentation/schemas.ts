import { pageOf, pageQuery } from "agents-apphost/kit";
import { z } from "zod";
import type { HeldIssue, StoredIssue } from "../application/ports.ts";

const time = z.string().min(10).max(40).describe("ISO 8601: 2026-01-31, or with a time");
const period = { start: time, end: time };

export const sprintInput = z.object({
  sprint: z.object({ name: z.string().min(1).max(200), ...period }),
  items: z
    .array(
      z.object({
        id: z.string().min(1).max(100),
        title: z.string().max(500),
        type: z.string().max(50),
        points: z.number().min(0).max(1000).nullish(),
        status: z.string().max(50),
        createdAt: time,
        startedAt: time.nullish(),
        completedAt: time.nullish(),
      }),
    )
    .max(2000),
});

export const failureInput = z.object({ log: z.string().min(1).describe("The log of a workflow, as it is") });

export const failureView = z.object({
  kind: z.enum(["test", "compile", "lint", "dependency", "network", "memory", "timeout", "unknown"]),
  step: z.string().nullable(),
  exitCode: z.number().nullable(),
  evidence: z.array(z.object({ line: z.number(), text: z.string() })),
  summary: z.string(),
  wording: z.object({ by: z.enum(["model", "template"]), reason: z.string().nullable() }),
});

export const releaseInput = z.object({
  version: z.string().min(1).max(100).describe("The present version"),
  commits: z.array(z.string().min(1).max(20_000)).max(2000).describe("Messages of the commits since then"),
  date: z.iso.date("expected a date such as 2026-01-31").optional(),
  initialDevelopment: z
    .boolean()
    .default(false)
    .describe("Stay below 1.0.0: while the version is 0.y.z, what breaks asks for a minor version"),
});

export const releaseView = z.object({
  bump: z.enum(["major", "minor", "patch", "none"]),
  nextVersion: z.string(),
  notes: z.string().describe("Markdown"),
  unparsed: z.array(z.string()).describe("Commits that do not follow Conventional Commits 1.0.0"),
  reverted: z.array(z.string()).describe("Commits that another one takes back; neither counts"),
});

export const doraInput = z.object({
  period: z.object(period),
  deployments: z
    .array(
      z.object({
        at: time,
        committedAt: time.nullish(),
        failed: z.boolean().default(false),
        restoredAt: time.nullish(),
      }),
    )
    .max(5000),
});

export const doraView = z.object({
  deployments: z.number(),
  deploymentFrequency: z.number().describe("A day"),
  leadTimeForChanges: z.number().nullable().describe("The median in hours"),
  changeFailureRate: z.number().nullable(),
  failedDeploymentRecoveryTime: z.number().nullable().describe("The median in hours"),
});

const labels = z.array(z.string().trim().min(1).max(50)).max(20);
const title = z.string().trim().min(1).max(200);
const body = z.string().max(20_000);

export const createIssueInput = z.object({ title, body: body.default(""), labels: labels.default([]) });
export const updateIssueInput = z.object({
  issueId: z.uuid(),
  title: title.optional(),
  body: body.optional(),
  labels: labels.optional(),
  state: z.enum(["open", "closed"]).optional(),
});
export const issueInput = z.object({ issueId: z.uuid() });
export const reportInput = z.object({ reportId: z.uuid() });

/** Ordered by time and id. */
const page = z.object(pageQuery(z.tuple([z.string(), z.string()])));

export const issuesInput = page.extend({ state: z.enum(["open", "closed"]).optional() });

export const issueView = z.object({
  issueId: z.string(),
  title: z.string(),
  body: z.string(),
  labels: z.array(z.string()),
  state: z.enum(["open", "closed"]),
  version: z.number(),
  external: z.object({ number: z.number(), url: z.string() }).nullable(),
  cause: z.object({ kind: z.string(), id: z.string(), eventType: z.string().nullable() }),
  createdAt: z.string(),
  updatedAt: z.string(),
});

export const issuesView = pageOf(issueView);

export const heldIssuesInput = page;
export const heldIssuesView = pageOf(
  issueView.pick({ issueId: true, title: true, body: true, labels: true, cause: true }).extend({
    correlationId: z.string().describe("Of the flow that asked for it"),
    reason: z.string().describe("Why the last attempt failed"),
    attempts: z.number(),
    nextAttemptAt: z.string(),
    heldSince: z.string(),
  }),
);

export const workflowInput = z.object({
  workflow: z.string().min(1).max(200).describe("File name or number of the workflow"),
  ref: z.string().min(1).max(200).default("main"),
  inputs: z.record(z.string(), z.string()).default({}),
});

export const workflowView = z.object({
  runId: z.string(),
  repository: z.string(),
  workflow: z.string(),
  ref: z.string(),
  inputs: z.record(z.string(), z.string()),
});

export const runsInput = z.object({
  branch: z.string().min(1).max(250).optional(),
  ...pageQuery(z.tuple([z.iso.datetime(), z.int()]), { most: 100 }),
});
export const runsView = pageOf(
  z.object({
    id: z.number(),
    workflow: z.string(),
    name: z.string().nullable(),
    number: z.number(),
    attempt: z.number(),
    event: z.string(),
    status: z.string().nullable(),
    conclusion: z.string().nullable().describe("As GitHub says it"),
    outcome: z.enum(["running", "waiting", "succeeded", "failed", "ended"]),
    branch: z.string().nullable(),
    commit: z.string(),
    url: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
  }),
);

export const signalsInput = page.extend({ kind: z.enum(["coverage", "review"]).optional() });
export const signalsView = pageOf(
  z.object({
    eventId: z.string(),
    kind: z.string(),
    subject: z.string(),
    text: z.string(),
    at: z.string(),
  }),
);

export function toIssueView({ issue, createdAt, updatedAt }: StoredIssue): z.input<typeof issueView> {
  return { ...issue, labels: [...issue.labels], createdAt, updatedAt };
}

export function toHeldView({
  issue,
  lineage,
  reason,
  attempts,
  dueAt,
  heldSince,
}: HeldIssue): z.input<typeof heldIssuesView>["items"][number] {
  const { issueId, title: heading, body: text, labels: marks, cause } = issue;
  return {
    issueId,
    title: heading,
    body: text,
    labels: [...marks],
    cause,
    correlationId: lineage.correlationId,
    reason,
    attempts,
    nextAttemptAt: dueAt,
    heldSince,
  };
}
