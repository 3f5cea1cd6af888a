import { command, notFound, on, query } from "agents-apphost/kit";
import type { CommandRoute, EventSubscription, HandlerContext, QueryRoute } from "agents-apphost/kit";
import { reviewCompleted } from "../../implementation/events.ts";
import { ticketEscalated } from "../../servicedesk/events.ts";
import { coverageAnalyzed } from "../../testplanning/events.ts";
import type { Issues } from "../application/issues.ts";
import type { HeldIssueStore, Store, StoredIssue } from "../application/ports.ts";
import type { Reports } from "../application/reports.ts";
import { coverageSignal, reviewSignal } from "../application/signals.ts";
import { sprintAnalyzedPayload } from "../events.ts";
import * as schemas from "./schemas.ts";

export function commandRoutes(reports: Reports, issues: Issues): readonly CommandRoute[] {
  return [
    command({
      name: "AnalyzeSprint",
      path: "/execute",
      description: "Velocity, cycle time, burndown, flow and risks of a sprint, computed from its items.",
      input: schemas.sprintInput,
      output: sprintAnalyzedPayload.omit({ generatedBy: true }),
      handler: ({ sprint, items }, ctx) =>
        reports.sprint(
          {
            sprint,
            items: items.map((item) => ({
              ...item,
              points: item.points ?? null,
              startedAt: item.startedAt ?? null,
              completedAt: item.completedAt ?? null,
            })),
          },
          ctx,
        ),
    }),
    command({
      name: "SummarizeFailure",
      path: "/failures",
      description: "What a workflow's log says about its failure, with the lines that say it.",
      input: schemas.failureInput,
      output: schemas.failureView,
      handler: async ({ log }, ctx) => {
        const failure = await reports.failure(log, ctx);
        return { ...failure, evidence: [...failure.evidence] };
      },
    }),
    command({
      name: "DraftReleaseNotes",
      path: "/release-notes",
      description: "Release notes and the next version, from Conventional Commits and SemVer.",
      input: schemas.releaseInput,
      output: schemas.releaseView,
      handler: (input) => reports.releaseNotes(input),
    }),
    command({
      name: "GetDoraMetrics",
      path: "/dora",
      description: "The four key metrics of DORA of a period, from its deployments.",
      input: schemas.doraInput,
      output: schemas.doraView,
      handler: ({ period, deployments }) =>
        reports.dora(
          period,
          deployments.map((each) => ({
            ...each,
            committedAt: each.committedAt ?? null,
            restoredAt: each.restoredAt ?? null,
          })),
        ),
    }),
    command({
      name: "CreateIssue",
      path: "/issues",
      description: "Creates an issue: on GitHub where a repository is configured, else here alone.",
      input: schemas.createIssueInput,
      output: schemas.issueView,
      handler: async (input, ctx) => {
        const cause = { kind: "command", id: ctx.correlationId, eventType: null } as const;
        return shown(await issues.create({ ...input, cause }, ctx), ctx);
      },
    }),
    command({
      name: "UpdateIssue",
      path: "/issues/{issueId}",
      description: "Changes an issue; what is left out stays.",
      input: schemas.updateIssueInput,
      output: schemas.issueView,
      conditional: true,
      handler: async ({ issueId, ...change }, ctx) => shown(await issues.update(issueId, change, ctx), ctx),
    }),
    command({
      name: "TriggerWorkflow",
      path: "/workflows",
      description: "Asks a workflow of the configured repository to run.",
      input: schemas.workflowInput,
      output: schemas.workflowView,
      handler: async (input, ctx) => {
        const run = await issues.trigger(input, ctx);
        return { ...run, inputs: { ...run.inputs } };
      },
    }),
  ];
}

export function queryRoutes(store: Store, held: HeldIssueStore, issues: Issues): readonly QueryRoute[] {
  return [
    query({
      name: "GetSprintReport",
      path: "/sprints/{reportId}",
      description: "One report.",
      input: schemas.reportInput,
      output: sprintAnalyzedPayload,
      handler: async ({ reportId }) => {
        const found = await store.sprint(reportId);
        if (found === null) throw notFound(`There is no report ${reportId}.`);
        return found;
      },
    }),
    query({
      name: "GetIssue",
      path: "/issues/{issueId}",
      description: "One issue.",
      input: schemas.issueInput,
      output: schemas.issueView,
      handler: async ({ issueId }, ctx) => {
        const found = await store.issue(issueId);
        if (found === null) throw notFound(`There is no issue ${issueId}.`);
        return shown(found, ctx);
      },
    }),
    query({
      name: "ListIssues",
      path: "/issues",
      description: "Issues, the newest first, in pages.",
      input: schemas.issuesInput,
      output: schemas.issuesView,
      handler: async (filter) => {
        const { items, next } = await store.issues(filter);
        return { items: items.map(schemas.toIssueView), next };
      },
    }),
    query({
      name: "ListHeldIssues",
      path: "/held-issues",
      description: "Issues that wait until GitHub can be used again, the newest first, in pages.",
      input: schemas.heldIssuesInput,
      output: schemas.heldIssuesView,
      handler: async (filter) => {
        const { items, next } = await held.list(filter);
        return { items: items.map(schemas.toHeldView), next };
      },
    }),
    query({
      name: "ListSignals",
      path: "/signals",
      description: "What other agents have found about the code, the newest first, in pages.",
      input: schemas.signalsInput,
      output: schemas.signalsView,
      handler: async (filter) => {
        const { items, next } = await store.signals(filter);
        return { items: [...items], next };
      },
    }),
    query({
      name: "ListWorkflowRuns",
      path: "/workflows",
      description: "Runs of the workflows of the configured repository, the newest first, in pages.",
      input: schemas.runsInput,
      output: schemas.runsView,
      handler: async (filter, ctx) => {
        const { items, next } = await issues.runs(filter, ctx);
        return { items: [...items], next };
      },
    }),
  ];
}

export function subscriptions(issues: Issues, store: Store): readonly EventSubscription[] {
  return [
    on(ticketEscalated, { handler: (event, ctx) => issues.onTicketEscalated(event.data.payload, ctx) }),
    on(coverageAnalyzed, { handler: (event, ctx) => store.saveSignal(ctx, coverageSignal(event)) }),
    on(reviewCompleted, { handler: (event, ctx) => store.saveSignal(ctx, reviewSignal(event)) }),
  ];
}

function shown(stored: StoredIssue, ctx: HandlerContext): ReturnType<typeof schemas.toIssueView> {
  ctx.noteVersion(stored.issue.version);
  return schemas.toIssueView(stored);
}
