/**
 * The published language of the service desk: what its events carry. Other agents may import this file and nothing else of
 * this folder. A field may be added; one that is here keeps its name and meaning.
 */
import { defineEvent } from "agents-apphost/kit";
import type { EventDefinition } from "agents-apphost/kit";
import { z } from "zod";

const level = z.enum(["high", "medium", "low"]);
const category = z.enum(["access", "network", "hardware", "software", "email", "security", "other"]);
const generatedBy = z
  .enum(["live", "cassette", "sample"])
  .nullable()
  .describe("Null when no model was asked");
const promptRef = z
  .string()
  .nullable()
  .describe("name@version+hash of the prompt; null when no model was asked");
const priority = z.string().describe("As the configured matrix names it, e.g. 1-Critical");
const rank = z.int().min(1).describe("Place of the priority, 1 being the most pressing");
const time = z.string().describe("ISO 8601 UTC");
const users = z.int().min(0).nullable().describe("How many people are affected; null when nobody says");

/** Payload of `agents.servicedesk.ticket.created`. */
export const ticketCreatedPayload = z.object({
  ticketId: z.uuid(),
  title: z.string(),
  body: z.string(),
  affectedUsers: users,
  requester: z.string().nullable(),
  source: z.object({
    kind: z.enum(["request", "event"]),
    id: z.string().describe("Correlation id of the request, or id of the event that led to the ticket"),
  }),
  submittedAt: time,
});

/** Published once for each ticket. */
export const ticketCreated = defineEvent("agents.servicedesk.ticket.created", ticketCreatedPayload, {
  description: "A ticket was opened.",
});

/** Payload of `agents.servicedesk.ticket.triaged`. */
export const ticketTriagedPayload = z.object({
  ticketId: z.uuid(),
  title: z.string(),
  impact: level,
  urgency: level,
  category,
  priority,
  rank,
  policy: z.string().describe("Name of the policy whose matrix gave the priority"),
  affectedUsers: users,
  evidence: z.array(z.string()).describe("Words of the ticket, as they stand there"),
  rationale: z.string(),
  decidedBy: z
    .enum(["model", "rules", "person"])
    .describe(
      "Whose levels these are: a model's within the bounds of the rules, the rules' own, or a person's override",
    ),
  reason: z.string().nullable().describe("What was not taken from the model, or why a person overrode it"),
  sla: z.object({ clock: z.enum(["always", "business-hours"]), responseDueAt: time, resolutionDueAt: time }),
  generatedBy,
  promptRef,
});

/** Published when a ticket has its priority, and again when a person overrides it. */
export const ticketTriaged = defineEvent("agents.servicedesk.ticket.triaged", ticketTriagedPayload, {
  description: "A ticket has its impact, urgency, category and priority.",
});

/** Payload of `agents.servicedesk.solution.suggested`. */
export const solutionSuggestedPayload = z.object({
  ticketId: z.uuid(),
  articles: z.array(z.object({ articleId: z.string(), title: z.string(), score: z.number() })),
  text: z.string(),
  wording: z.object({
    by: z.enum(["model", "template"]),
    reason: z.string().nullable().describe("Why the model's words were left out; null when they were used"),
  }),
  generatedBy,
  promptRef,
});

/** Published for each suggestion. */
export const solutionSuggested = defineEvent(
  "agents.servicedesk.solution.suggested",
  solutionSuggestedPayload,
  { description: "Articles of the knowledge base were found for a ticket." },
);

/** Payload of `agents.servicedesk.ticket.escalated`: all that the team needs to begin. */
export const ticketEscalatedPayload = z.object({
  ticketId: z.uuid(),
  title: z.string(),
  body: z.string(),
  requester: z.string().nullable(),
  impact: level,
  urgency: level,
  category,
  priority,
  rank,
  affectedUsers: users,
  evidence: z.array(z.string()),
  team: z.string(),
  reason: z.string(),
  rule: z.string().nullable().describe("Name of the rule of the policy; null when a person escalated it"),
  submittedAt: time,
  resolutionDueAt: time,
});

/** Published once for each ticket that is escalated. */
export const ticketEscalated = defineEvent("agents.servicedesk.ticket.escalated", ticketEscalatedPayload, {
  description: "A ticket needs a team at once.",
});

export type TicketEscalatedPayload = z.infer<typeof ticketEscalatedPayload>;

/** Every event type that the service desk publishes. */
export const events: readonly EventDefinition[] = [
  ticketCreated,
  ticketTriaged,
  solutionSuggested,
  ticketEscalated,
];
