import { evolve, initialTicket, isOpen } from "./ticket.ts";
import type { Ticket } from "./ticket.ts";
import type {
  Escalated,
  PriorityOverridden,
  Resolved,
  SolutionSuggested,
  Submitted,
  TicketEvent,
  Triaged,
} from "./ticket-event.ts";
import type { Decider } from "agents-apphost/kit";

/** What can be asked of a ticket. What policy and clocks make of it is worked out before and comes in with it. */
export type TicketCommand =
  | { readonly type: "submit"; readonly request: Submitted }
  | { readonly type: "triage"; readonly triage: Triaged; readonly escalation: Escalated | null }
  | { readonly type: "suggest"; readonly suggestion: SolutionSuggested }
  | { readonly type: "escalate"; readonly escalation: Escalated }
  | {
      readonly type: "override";
      readonly override: Omit<PriorityOverridden, "previous">;
      readonly escalation: Escalated | null;
    }
  | { readonly type: "resolve"; readonly resolution: Resolved };

/** The command does not fit the state of the ticket. */
export class TicketRefused extends Error {
  override readonly name = "TicketRefused";
}

/**
 * The events that a command causes. One that was done before causes none: commands and deliveries come again.
 *
 * @throws TicketRefused for what the state of the ticket does not allow.
 */
export function decide(command: TicketCommand, state: Ticket): readonly TicketEvent[] {
  switch (command.type) {
    case "submit":
      return state.at === "none" ? [{ type: "submitted", data: command.request }] : [];
    case "triage":
      if (state.at === "none") throw new TicketRefused("There is no ticket to triage.");
      if (state.at !== "new") return [];
      return [{ type: "triaged", data: command.triage }, ...escalated(command.escalation)];
    case "suggest":
      openTicket(state, "get a suggestion");
      return [{ type: "solution-suggested", data: command.suggestion }];
    case "escalate": {
      const open = openTicket(state, "be escalated");
      if (open.at === "triaged") return escalated(command.escalation);
      const { team } = open.escalation;
      if (team !== command.escalation.team)
        throw new TicketRefused(`The ticket is escalated to ${team} already.`);
      return [];
    }
    case "override": {
      const open = openTicket(state, "get another priority");
      const { priority } = command.override;
      if (open.priority.name === priority.name) return [];
      const event = { ...command.override, previous: open.priority };
      return [
        { type: "priority-overridden", data: event },
        ...(open.at === "triaged" ? escalated(command.escalation) : []),
      ];
    }
    case "resolve":
      if (state.at === "none") throw new TicketRefused("There is no ticket to resolve.");
      if (state.at !== "resolved") return [{ type: "resolved", data: command.resolution }];
      if (state.resolution.resolution !== command.resolution.resolution)
        throw new TicketRefused("The ticket is resolved already, and with another resolution.");
      return [];
    default:
      return command satisfies never;
  }
}

function escalated(escalation: Escalated | null): readonly TicketEvent[] {
  return escalation === null ? [] : [{ type: "escalated", data: escalation }];
}

function openTicket(state: Ticket, what: string): Extract<Ticket, { at: "triaged" | "escalated" }> {
  if (isOpen(state)) return state;
  if (state.at === "new") throw new TicketRefused(`The ticket is not triaged yet: it cannot ${what}.`);
  throw new TicketRefused(
    `The ticket is ${state.at === "none" ? "unknown" : "resolved"}: it cannot ${what}.`,
  );
}

/** A ticket's history as one thing. */
export const ticketDecider: Decider<Ticket, TicketCommand, TicketEvent> = {
  initialState: () => initialTicket,
  decide,
  evolve,
};
