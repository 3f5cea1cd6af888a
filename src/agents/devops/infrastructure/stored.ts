import type { Lineage } from "agents-apphost/kit";
import { z } from "zod";
import type { WorkflowRun } from "../application/ports.ts";
import type { Issue } from "../domain/issue.ts";

/** What is stored as JSON. */
export const storedIssue: z.ZodType<Issue> = z.object({
  issueId: z.string(),
  title: z.string(),
  body: z.string(),
  labels: z.array(z.string()),
  state: z.enum(["open", "closed"]),
  version: z.number(),
  external: z.object({ number: z.number(), url: z.string() }).nullable(),
  cause: z.object({ kind: z.enum(["event", "command"]), id: z.string(), eventType: z.string().nullable() }),
});

export const storedRun: z.ZodType<WorkflowRun> = z.object({
  runId: z.string(),
  workflow: z.string(),
  ref: z.string(),
  inputs: z.record(z.string(), z.string()),
});

export const storedLineage: z.ZodType<Lineage> = z.object({
  correlationId: z.string(),
  causationId: z.string(),
  depth: z.number(),
  traceparent: z.string().nullable(),
  tracestate: z.string().nullish(),
});
