import type { Emit } from "agents-apphost/kit";
import { evolve, triagedOf } from "../domain/ticket.ts";
import type { Ticket, TriagedTicket } from "../domain/ticket.ts";
import type { TicketEvent } from "../domain/ticket-event.ts";
import { solutionSuggested, ticketCreated, ticketEscalated, ticketTriaged } from "../events.ts";

/** Puts into the outbox what others are told about new events of a ticket; `before` is its state before them. */
export function announce(emit: Emit, ticketId: string, events: readonly TicketEvent[], before: Ticket): void {
  let state = before;
  for (const event of events) {
    state = evolve(state, event);
    announceOne(emit, ticketId, event, state);
  }
}

function announceOne(emit: Emit, ticketId: string, event: TicketEvent, state: Ticket): void {
  const subject = `tickets/${ticketId}`;
  const triaged = triagedOf(state);
  switch (event.type) {
    case "submitted": {
      const { source, ...request } = event.data;
      emit(ticketCreated, { ticketId, ...request, source: { ...source } }, { subject });
      return;
    }
    case "triaged": {
      if (triaged === null) return;
      const { by, reason } = event.data.assessment;
      emit(ticketTriaged, { ...triageFacts(ticketId, triaged), decidedBy: by, reason }, { subject });
      return;
    }
    case "priority-overridden": {
      if (triaged === null) return;
      const facts = triageFacts(ticketId, triaged);
      emit(ticketTriaged, { ...facts, decidedBy: "person", reason: event.data.reason }, { subject });
      return;
    }
    case "solution-suggested": {
      const { articles, text, by, reason, generatedBy, promptRef } = event.data;
      const wording = { by, reason };
      emit(
        solutionSuggested,
        { ticketId, articles: [...articles], text, wording, generatedBy, promptRef },
        { subject },
      );
      return;
    }
    case "escalated": {
      if (triaged === null) return;
      const { title, body, requester, submittedAt } = triaged.request;
      const { impact, urgency, category, priority, rank, affectedUsers, evidence } = triageFacts(
        ticketId,
        triaged,
      );
      const facts = { impact, urgency, category, priority, rank, affectedUsers, evidence };
      const { resolutionDueAt } = triaged.sla;
      emit(
        ticketEscalated,
        { ticketId, title, body, requester, ...facts, ...event.data, submittedAt, resolutionDueAt },
        { subject },
      );
      return;
    }
    case "resolved":
      return;
    default:
      event satisfies never;
  }
}

function triageFacts(ticketId: string, { request, triage, priority, sla }: TriagedTicket) {
  const { impact, urgency, category, affectedUsers, evidence, rationale } = triage.assessment;
  return {
    ticketId,
    title: request.title,
    impact,
    urgency,
    category,
    priority: priority.name,
    rank: priority.rank,
    policy: triage.policy,
    affectedUsers,
    evidence: [...evidence],
    rationale,
    sla: { ...sla },
    generatedBy: triage.generatedBy,
    promptRef: triage.promptRef,
  };
}
