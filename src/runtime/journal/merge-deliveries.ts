import { FINAL_STATUSES, type DeliveryStatus, type DeliveryView } from "./journal-view.ts";

/** A delivery as it is stored, in the order it was made. */
export interface DeliveryRow extends DeliveryView {
  readonly id: number;
}

/**
 * One view per agent: an event that was published twice under one id, or replayed, has several deliveries to the same
 * agent. What is still open counts before what is over, a newer one before an older one; attempts are added up.
 */
export function mergeDeliveries(rows: readonly DeliveryRow[]): DeliveryView[] {
  const byAgent = new Map<string, DeliveryRow>();
  for (const row of rows) {
    const before = byAgent.get(row.agent);
    if (before === undefined) byAgent.set(row.agent, row);
    else byAgent.set(row.agent, { ...later(before, row), attempts: before.attempts + row.attempts });
  }
  return [...byAgent.values()].map(({ agent, status, attempts, durationMs, error }) => ({
    agent,
    status,
    attempts,
    durationMs,
    error,
  }));
}

/** A status as it is in the file. */
export function toStatus(value: unknown): DeliveryStatus {
  switch (value) {
    case "delivering":
    case "retrying":
    case "success":
    case "dropped":
    case "dead":
    case "expired":
      return value;
    default:
      return "pending";
  }
}

function later(one: DeliveryRow, other: DeliveryRow): DeliveryRow {
  const oneOpen = !FINAL_STATUSES.has(one.status);
  const otherOpen = !FINAL_STATUSES.has(other.status);
  if (oneOpen !== otherOpen) return oneOpen ? one : other;
  return other.id > one.id ? other : one;
}
