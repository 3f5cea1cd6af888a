import { eventCodec } from "agents-apphost/kit";
import { z } from "zod";
import { CATEGORIES } from "../domain/policy.ts";
import type { TicketEvent } from "../domain/ticket-event.ts";

const level = z.enum(["high", "medium", "low"]);
const priority = z.object({ rank: z.number(), name: z.string() });
const sla = z.object({
  clock: z.enum(["always", "business-hours"]),
  responseDueAt: z.string(),
  resolutionDueAt: z.string(),
});
const provenance = {
  generatedBy: z.enum(["live", "cassette", "sample"]).nullable(),
  promptRef: z.string().nullable(),
};

const submitted = z.object({
  title: z.string(),
  body: z.string(),
  affectedUsers: z.number().nullable(),
  requester: z.string().nullable(),
  source: z.object({ kind: z.enum(["request", "event"]), id: z.string() }),
  submittedAt: z.string(),
});
const triaged = z.object({
  assessment: z.object({
    impact: level,
    urgency: level,
    category: z.enum(CATEGORIES),
    affectedUsers: z.number().nullable(),
    evidence: z.array(z.string()),
    rationale: z.string(),
    by: z.enum(["model", "rules"]),
    reason: z.string().nullable(),
  }),
  priority,
  policy: z.string(),
  sla,
  ...provenance,
});
const suggested = z.object({
  articles: z.array(z.object({ articleId: z.string(), title: z.string(), score: z.number() })),
  text: z.string(),
  by: z.enum(["model", "template"]),
  reason: z.string().nullable(),
  ...provenance,
  suggestedAt: z.string(),
});
const escalated = z.object({ team: z.string(), reason: z.string(), rule: z.string().nullable() });
const overridden = z.object({ priority, previous: priority, sla, reason: z.string() });
const resolved = z.object({ resolution: z.string(), resolvedAt: z.string() });

/** Stored events, read back. A shape that changes gets an upcaster here. */
export const ticketCodec = eventCodec<TicketEvent>(
  z.discriminatedUnion("type", [
    z.object({ type: z.literal("submitted"), data: submitted }),
    z.object({ type: z.literal("triaged"), data: triaged }),
    z.object({ type: z.literal("solution-suggested"), data: suggested }),
    z.object({ type: z.literal("escalated"), data: escalated }),
    z.object({ type: z.literal("priority-overridden"), data: overridden }),
    z.object({ type: z.literal("resolved"), data: resolved }),
  ]),
);
