/** Addresses that nothing is sent to any more. */

/** Why: the address does not exist, its owner has complained, or a person has said so. */
export type SuppressionReason = "hard-bounce" | "complaint" | "manual";

/** One address of the list. */
export type Suppression = {
  readonly address: string;
  readonly reason: SuppressionReason;
  readonly since: string;
  /** Null for one that stays until it is lifted. */
  readonly expiresAt: string | null;
  readonly note: string | null;
  /** The notification that it comes from; null for one that a person has put there. */
  readonly notificationId: string | null;
};

export type SuppressionEvent =
  | { readonly type: "suppressed"; readonly data: Suppression }
  | { readonly type: "lifted"; readonly data: { readonly address: string } };

/** Mailboxes come back and numbers are given to others: a bounce is believed for a month. */
const BOUNCE_DAYS = 30;

export function evolveSuppression(_state: Suppression | null, event: SuppressionEvent): Suppression | null {
  return event.type === "suppressed" ? event.data : null;
}

/** Whether nothing may be sent there now. */
export function isActive(entry: Suppression | null, now: string): entry is Suppression {
  return entry !== null && (entry.expiresAt === null || entry.expiresAt > now);
}

/** Puts an address on the list. One that stands there for as long, or longer, stays as it is. */
export function decideSuppress(entry: Suppression, state: Suppression | null): readonly SuppressionEvent[] {
  if (isActive(state, entry.since) && !outlasts(entry, state)) return [];
  return [{ type: "suppressed", data: entry }];
}

/** Takes it off again; one that is not there stays so. */
export function decideLift(state: Suppression | null): readonly SuppressionEvent[] {
  return state === null ? [] : [{ type: "lifted", data: { address: state.address } }];
}

/** What a permanent failure of an address, or a complaint, puts on the list. */
export function suppressionFrom(
  reason: "hard-bounce" | "complaint",
  { address, note, notificationId }: Pick<Suppression, "address" | "note" | "notificationId">,
  now: number,
): Suppression {
  const expires = reason === "hard-bounce" ? new Date(now + BOUNCE_DAYS * 86_400_000).toISOString() : null;
  return { address, reason, since: new Date(now).toISOString(), expiresAt: expires, note, notificationId };
}

function outlasts(one: Suppression, other: Suppression): boolean {
  if (other.expiresAt === null) return false;
  return one.expiresAt === null || one.expiresAt > other.expiresAt;
}
