import type { TicketEscalatedPayload } from "../../src/agents/servicedesk/events.ts";

/** A ticket that the service desk has escalated: a new one each time. */
export function escalatedTicket(): TicketEscalatedPayload {
  return {
    ticketId: crypto.randomUUID(),
    title: "Login is down",
    body: "Nobody in the Leeds office (120 people) can log in since 09:00",
    requester: null,
    impact: "high",
    urgency: "high",
    category: "access",
    priority: "1-Critical",
    rank: 1,
    affectedUsers: 120,
    evidence: [],
    team: "major-incident",
    reason: "Rule critical: priority 1-Critical, category access.",
    rule: "critical",
    submittedAt: "2026-11-26T09:10:00.000Z",
    resolutionDueAt: "2026-11-26T13:10:00.000Z",
  };
}
