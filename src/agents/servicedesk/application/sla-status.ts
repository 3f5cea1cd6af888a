import type { Zone } from "../domain/business-time.ts";
import type { Policy } from "../domain/policy.ts";
import { clockAt } from "../domain/sla.ts";
import type { Sla, SlaClock } from "../domain/sla.ts";
import { triagedOf } from "../domain/ticket.ts";
import type { Ticket } from "../domain/ticket.ts";

/** How the clocks of a ticket stand. */
export interface SlaStatus {
  readonly priority: string;
  readonly clock: Sla["clock"];
  readonly now: string;
  /** Stopped by the first answer: a suggestion, or the resolution. */
  readonly response: SlaClock;
  readonly resolution: SlaClock;
}

/** Null before a ticket is triaged: it has no clocks yet. */
export function slaStatus(policy: Policy, zone: Zone, ticket: Ticket, now: string): SlaStatus | null {
  const triaged = triagedOf(ticket);
  if (triaged === null) return null;
  const { sla, priority } = triaged;
  const resolvedAt = ticket.at === "resolved" ? ticket.resolution.resolvedAt : null;
  const answeredAt = triaged.answeredAt ?? resolvedAt;
  const at = (dueAt: string, metAt: string | null) => clockAt(policy, zone, sla.clock, { dueAt, metAt, now });
  return {
    priority: priority.name,
    clock: sla.clock,
    now,
    response: at(sla.responseDueAt, answeredAt),
    resolution: at(sla.resolutionDueAt, resolvedAt),
  };
}
