import type { Priority } from "./policy.ts";
import type { Sla } from "./sla.ts";
import type {
  Escalated,
  Resolved,
  SolutionSuggested,
  Submitted,
  TicketEvent,
  Triaged,
} from "./ticket-event.ts";

/** What is known of a ticket once it is triaged. */
export type TriagedTicket = {
  readonly request: Submitted;
  readonly triage: Triaged;
  /** Of the triage, or as a person has overridden it. */
  readonly priority: Priority;
  readonly sla: Sla;
  readonly overridden: boolean;
  /** The last one. */
  readonly suggestion: SolutionSuggested | null;
  /** When the first was made: it stops the response clock. */
  readonly answeredAt: string | null;
};

/**
 * A ticket.
 *
 *     none ── new ── triaged ── escalated
 *              │        │           │
 *              └────────┴───────────┴── resolved
 */
export type Ticket =
  | { readonly at: "none" }
  | { readonly at: "new"; readonly request: Submitted }
  | ({ readonly at: "triaged" } & TriagedTicket)
  | ({ readonly at: "escalated"; readonly escalation: Escalated } & TriagedTicket)
  | {
      readonly at: "resolved";
      readonly request: Submitted;
      readonly resolution: Resolved;
      /** As it was; null when it was resolved before anybody triaged it. */
      readonly triaged: TriagedTicket | null;
      readonly escalation: Escalated | null;
    };

/** A ticket that exists. */
export type ExistingTicket = Exclude<Ticket, { at: "none" }>;

/** Before its first event. */
export const initialTicket: Ticket = { at: "none" };

/** Applies one event. An event that does not fit the state leaves it as it is, so that old streams stay readable. */
export function evolve(state: Ticket, event: TicketEvent): Ticket {
  switch (event.type) {
    case "submitted":
      return state.at === "none" ? { at: "new", request: event.data } : state;
    case "triaged": {
      if (state.at !== "new") return state;
      const { priority, sla } = event.data;
      const triaged = {
        triage: event.data,
        priority,
        sla,
        overridden: false,
        suggestion: null,
        answeredAt: null,
      };
      return { at: "triaged", request: state.request, ...triaged };
    }
    case "solution-suggested":
      return isOpen(state)
        ? { ...state, suggestion: event.data, answeredAt: state.answeredAt ?? event.data.suggestedAt }
        : state;
    case "escalated":
      return state.at === "triaged" ? { ...state, at: "escalated", escalation: event.data } : state;
    case "priority-overridden": {
      const { priority, sla } = event.data;
      return isOpen(state) ? { ...state, priority, sla, overridden: true } : state;
    }
    case "resolved":
      return state.at === "none" || state.at === "resolved" ? state : resolved(state, event.data);
    default:
      return event satisfies never;
  }
}

/** A ticket that is triaged and not resolved. */
export type OpenTicket = Extract<Ticket, { at: "triaged" | "escalated" }>;

export function isOpen(state: Ticket): state is OpenTicket {
  return state.at === "triaged" || state.at === "escalated";
}

/** What the triage has made of a ticket, also of one that is resolved; null before it. */
export function triagedOf(state: Ticket): TriagedTicket | null {
  if (isOpen(state)) return state;
  return state.at === "resolved" ? state.triaged : null;
}

/** Null while nobody has escalated it. */
export function escalationOf(state: Ticket): Escalated | null {
  return state.at === "escalated" || state.at === "resolved" ? state.escalation : null;
}

function resolved(
  state: Extract<Ticket, { at: "new" | "triaged" | "escalated" }>,
  resolution: Resolved,
): Ticket {
  const { request } = state;
  if (state.at === "new") return { at: "resolved", request, resolution, triaged: null, escalation: null };
  const { triage, priority, sla, overridden, suggestion, answeredAt } = state;
  const triaged = { request, triage, priority, sla, overridden, suggestion, answeredAt };
  return { at: "resolved", request, resolution, triaged, escalation: escalationOf(state) };
}
