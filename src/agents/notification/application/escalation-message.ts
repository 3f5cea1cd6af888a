import type { TicketEscalatedPayload } from "../../servicedesk/events.ts";
import { subjectFrom } from "../domain/render.ts";

/** Longest piece of a ticket's text in a notification: the rest is read where the ticket is. */
const EXCERPT = 2000;

/** What there is to say about an escalated ticket: all of it facts from the event. */
export function escalationMessage(ticket: TicketEscalatedPayload): {
  readonly subject: string;
  readonly message: string;
} {
  const { priority, title, body, affectedUsers, team, reason, category, requester } = ticket;
  const lines = [
    `Ticket: ${ticket.ticketId}`,
    `Priority: ${priority} (impact ${ticket.impact}, urgency ${ticket.urgency})`,
    `Team: ${team}`,
    `Category: ${category}`,
    ...(affectedUsers === null ? [] : [`Affected users: ${affectedUsers}`]),
    ...(requester === null ? [] : [`Requester: ${requester}`]),
    `To be resolved by: ${ticket.resolutionDueAt}`,
    `Reason: ${reason}`,
    "",
    title,
    body.length <= EXCERPT ? body : `${body.slice(0, EXCERPT)}…`,
  ];
  return { subject: subjectFrom(`${priority}: ${title}`), message: lines.join("\n") };
}
