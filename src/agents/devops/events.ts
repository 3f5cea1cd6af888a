/**
 * The published language of the devops agent: what its events carry. Other agents may import this file and nothing else of
 * this folder. A field may be added; one that is here keeps its name and meaning.
 */
import { defineEvent } from "agents-apphost/kit";
import type { EventDefinition } from "agents-apphost/kit";
import { z } from "zod";

const points = z.number();
const days = z.number().nullable();
const spread = z.object({ count: z.int(), p50: days, p85: days, mean: days });

const board = z.object({
  name: z.enum(["local", "github"]).describe("local: kept by this agent alone"),
  number: z.int().nullable(),
  url: z.string().nullable(),
});

/** Payload of `agents.devops.sprint.analyzed`: every figure is computed from the items. */
export const sprintAnalyzedPayload = z.object({
  reportId: z.uuid(),
  sprint: z.object({ name: z.string(), start: z.string(), end: z.string() }),
  committed: points.describe("Points of the items that were there at the start"),
  added: points.describe("Points of those that came later"),
  completed: points,
  velocity: points,
  items: z.object({ total: z.int(), completed: z.int(), unestimated: z.int() }),
  carryOver: z.array(
    z.object({ id: z.string(), title: z.string(), points: points.nullable(), status: z.string() }),
  ),
  cycleTime: spread.describe("In days, by nearest rank"),
  leadTime: spread,
  burndown: z.array(z.object({ date: z.string(), remaining: points, ideal: points })),
  flow: z.object({ averageWip: z.number(), throughput: z.number(), expectedCycleTime: days }),
  risks: z.array(
    z.object({
      kind: z.enum(["carry-over", "scope-growth", "unestimated", "ageing", "flow"]),
      text: z.string(),
    }),
  ),
  summary: z.string(),
  wording: z.object({ by: z.enum(["model", "template"]), reason: z.string().nullable() }),
  generatedBy: z.enum(["live", "cassette", "sample"]).nullable(),
  promptRef: z.string().nullable(),
});
export type SprintAnalyzedPayload = z.infer<typeof sprintAnalyzedPayload>;

export const sprintAnalyzed = defineEvent("agents.devops.sprint.analyzed", sprintAnalyzedPayload, {
  description: "A sprint was analysed.",
});

/** Payload of `agents.devops.issue.created`. */
export const issueCreatedPayload = z.object({
  issueId: z.uuid(),
  title: z.string(),
  labels: z.array(z.string()),
  board,
  cause: z.object({
    kind: z.enum(["event", "command"]),
    id: z.string(),
    eventType: z.string().nullable(),
  }),
});

export const issueCreated = defineEvent("agents.devops.issue.created", issueCreatedPayload, {
  description: "An issue was created.",
});

/** Payload of `agents.devops.project.updated`: something on the board is another. */
export const projectUpdatedPayload = z.object({
  issueId: z.uuid(),
  title: z.string(),
  state: z.enum(["open", "closed"]),
  changed: z.array(z.enum(["title", "body", "labels", "state"])).min(1),
  version: z.int(),
  board,
});

export const projectUpdated = defineEvent("agents.devops.project.updated", projectUpdatedPayload, {
  description: "An issue was changed.",
});

/** Payload of `agents.devops.workflow.triggered`. */
export const workflowTriggeredPayload = z.object({
  runId: z.uuid(),
  repository: z.string(),
  workflow: z.string(),
  ref: z.string(),
  inputs: z.record(z.string(), z.string()),
});

export const workflowTriggered = defineEvent("agents.devops.workflow.triggered", workflowTriggeredPayload, {
  description: "A workflow was asked to run.",
});

/** Every event type that the devops agent publishes. */
export const events: readonly EventDefinition[] = [
  projectUpdated,
  workflowTriggered,
  issueCreated,
  sprintAnalyzed,
];
