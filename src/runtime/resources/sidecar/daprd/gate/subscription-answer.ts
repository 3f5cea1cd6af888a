import { isFields } from "../../../../journal/fields.ts";
import { parseSubscriptions, type ParsedSubscription } from "../../embedded/bus/parse-subscriptions.ts";

/** An app's answer on `GET /dapr/subscribe`. */
export interface SubscriptionAnswer {
  readonly subscriptions: readonly ParsedSubscription[];
  /** Two answers with the same fingerprint mean the same to daprd. */
  readonly fingerprint: string;
}

/** Reads the answer as daprd does: 404 and what is no list are no subscriptions. Null where it cannot be read. */
export function readSubscriptionAnswer(status: number, body: string): SubscriptionAnswer | null {
  if (status === 404 || status === 204) return { subscriptions: [], fingerprint: "[]" };
  if (status !== 200) return null;
  const parsed = parseSubscriptions(body);
  if (!parsed.ok) return null;
  const value: unknown = JSON.parse(body);
  const entries = Array.isArray(value) ? value.map((entry) => JSON.stringify(sortedFields(entry))) : [];
  return { subscriptions: parsed.subscriptions, fingerprint: JSON.stringify(entries.toSorted()) };
}

function sortedFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedFields);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, field]) => [name, sortedFields(field)]),
  );
}
