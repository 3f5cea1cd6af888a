import { pageOf, pageQuery } from "agents-apphost/kit";
import { z } from "zod";
import type { TicketHistory } from "../application/ports.ts";
import { CATEGORIES } from "../domain/policy.ts";
import { escalationOf, triagedOf } from "../domain/ticket.ts";

const level = z.enum(["high", "medium", "low"]);
const state = z.enum(["new", "triaged", "escalated", "resolved"]);
const text = (most: number) => z.string().trim().min(1).max(most);

export const submitInput = z.object({
  title: text(200),
  body: text(20_000),
  affectedUsers: z.int().min(0).max(10_000_000).optional().describe("Left out: read from the text"),
  requester: text(320).optional(),
});
export const ticketInput = z.object({ ticketId: z.uuid() });
export const escalateInput = ticketInput.extend({
  reason: text(1000),
  team: text(40).optional().describe("Left out: the one that has it already, or second-line"),
});
export const resolveInput = ticketInput.extend({ resolution: text(20_000) });
export const overrideInput = ticketInput.extend({
  priority: text(40).describe("A priority of the configured policy, e.g. 2-High"),
  reason: text(1000),
});
export const listInput = z.object({
  at: state.optional().describe("Left out: all that are not resolved"),
  priority: z.string().optional(),
  category: z.enum(CATEGORIES).optional(),
  ...pageQuery(z.tuple([z.int(), z.string(), z.string()])),
});
export const searchInput = z.object({
  q: text(2000).describe("Words to look for"),
  limit: z.coerce.number().int().min(1).max(50).default(10),
});
const articleId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,89}$/, "expected lower-case letters, digits and hyphens");
export const articleInput = z.object({ articleId, title: text(200), body: text(20_000) });
export const getArticleInput = z.object({ articleId });

const generatedBy = z.enum(["live", "cassette", "sample"]).nullable();
const sla = z.object({
  clock: z.enum(["always", "business-hours"]),
  responseDueAt: z.string(),
  resolutionDueAt: z.string(),
});

export const ticketView = z.object({
  ticketId: z.uuid(),
  at: state,
  version: z.number().describe("The ETag of the ticket"),
  title: z.string(),
  body: z.string(),
  requester: z.string().nullable(),
  submittedAt: z.string(),
  affectedUsers: z.number().nullable(),
  impact: level.nullable(),
  urgency: level.nullable(),
  category: z.enum(CATEGORIES).nullable(),
  priority: z.string().nullable().describe("Null until it is triaged"),
  overridden: z.boolean().describe("True when a person has set the priority"),
  evidence: z.array(z.string()).describe("Words of the ticket that impact and urgency rest on"),
  rationale: z.string().nullable(),
  decidedBy: z.enum(["model", "rules"]).nullable(),
  reason: z.string().nullable().describe("What was not taken from the model, and why"),
  sla: sla.nullable(),
  escalated: z.boolean(),
  escalation: z.object({ team: z.string(), reason: z.string(), rule: z.string().nullable() }).nullable(),
  suggestion: z
    .object({
      articles: z.array(z.object({ articleId: z.string(), title: z.string(), score: z.number() })),
      text: z.string(),
      by: z.enum(["model", "template"]),
      reason: z.string().nullable(),
    })
    .nullable(),
  resolution: z.string().nullable(),
  generatedBy,
  promptRef: z.string().nullable(),
  timeline: z.array(z.object({ time: z.string(), what: z.string() })),
});

export const queuePage = pageOf(
  z.object({
    ticketId: z.string(),
    at: state,
    title: z.string(),
    requester: z.string().nullable(),
    priority: z.string().nullable(),
    rank: z.number().describe("0 until it is triaged"),
    category: z.string().nullable(),
    submittedAt: z.string(),
    resolutionDueAt: z.string().nullable(),
  }),
);

const clock = z.object({
  dueAt: z.string(),
  metAt: z.string().nullable(),
  state: z.enum(["running", "met", "breached"]),
  minutesLeft: z.number().describe("Of its own clock; below 0 by how much it was missed"),
});
export const slaView = z.object({
  ticketId: z.string(),
  priority: z.string(),
  clock: z.enum(["always", "business-hours"]),
  now: z.string(),
  response: clock,
  resolution: clock,
});

export const articleView = z.object({
  articleId: z.string(),
  title: z.string(),
  body: z.string(),
  version: z.number().describe("The ETag of the article"),
});
export const foundArticles = z.object({
  items: z.array(
    z.object({
      articleId: z.string(),
      title: z.string(),
      body: z.string(),
      score: z.number(),
      matched: z.array(z.string()).describe("The words that were found, as they are compared"),
    }),
  ),
});

/** A ticket as the API shows it; `undefined` when there is none. */
export function toView({
  id,
  state: ticket,
  version,
  history,
}: TicketHistory): z.input<typeof ticketView> | undefined {
  if (ticket.at === "none") return undefined;
  const { request } = ticket;
  const triaged = triagedOf(ticket);
  const assessment = triaged?.triage.assessment;
  const escalation = escalationOf(ticket);
  const suggestion = triaged?.suggestion ?? null;
  return {
    ticketId: id,
    at: ticket.at,
    version,
    title: request.title,
    body: request.body,
    requester: request.requester,
    submittedAt: request.submittedAt,
    affectedUsers: assessment?.affectedUsers ?? request.affectedUsers,
    impact: assessment?.impact ?? null,
    urgency: assessment?.urgency ?? null,
    category: assessment?.category ?? null,
    priority: triaged?.priority.name ?? null,
    overridden: triaged?.overridden ?? false,
    evidence: [...(assessment?.evidence ?? [])],
    rationale: assessment?.rationale ?? null,
    decidedBy: assessment?.by ?? null,
    reason: assessment?.reason ?? null,
    sla: triaged === null ? null : { ...triaged.sla },
    escalated: escalation !== null,
    escalation,
    suggestion:
      suggestion === null
        ? null
        : {
            articles: [...suggestion.articles],
            text: suggestion.text,
            by: suggestion.by,
            reason: suggestion.reason,
          },
    resolution: ticket.at === "resolved" ? ticket.resolution.resolution : null,
    generatedBy: triaged?.triage.generatedBy ?? null,
    promptRef: triaged?.triage.promptRef ?? null,
    timeline: history.map(({ time, event }) => ({ time, what: event.type })),
  };
}
