import type { TicketEscalatedPayload } from "../../servicedesk/events.ts";
import { oneLine, subjectFrom } from "../domain/render.ts";

/** Longest piece of a ticket's text in a notification: the rest is read where the ticket is. */
const EXCERPT = 2000;

/** What there is to say about an escalated ticket: all of it facts from the event. */
export function escalationMessage(ticket: TicketEscalatedPayload): {
  readonly subject: string;
  readonly message: string;
} {
  const { priority, affectedUsers, team, reason, category, requester } = ticket;
  // A line break in what somebody wrote must not begin a line that looks like one of ours.
  const [title, body] = [oneLine(ticket.title), Array.from(ticket.body)];
  const lines = [
    `Ticket: ${ticket.ticketId}`,
    `Priority: ${priority} (impact ${ticket.impact}, urgency ${ticket.urgency})`,
    `Team: ${oneLine(team)}`,
    `Category: ${category}`,
    ...(affectedUsers === null ? [] : [`Affected users: ${affectedUsers}`]),
    ...(requester === null ? [] : [`Requester: ${oneLine(requester)}`]),
    `To be resolved by: ${ticket.resolutionDueAt}`,
    `Reason: ${oneLine(reason)}`,
    "",
    title,
    body.length <= EXCERPT ? ticket.body : `${body.slice(0, EXCERPT).join("")}…`,
  ];
  return { subject: subjectFrom(`${priority}: ${title}`), message: lines.join("\n") };
}
