import { isFields } from "../../../../journal/fields.ts";

/** How events are collected for an app that wants several at once. */
export interface BulkSettings {
  readonly maxMessages: number;
  /** What has come is sent after so long, however few they are. */
  readonly maxAwaitMs: number;
}

/** Dapr's (https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-bulk/). */
const DEFAULTS: BulkSettings = { maxMessages: 100, maxAwaitMs: 1000 };

/** Reads `bulkSubscribe` of a subscription, its names in lower case; null = one at a time. */
export function bulkSettings(value: unknown): BulkSettings | null {
  const fields = isFields(value)
    ? Object.fromEntries(Object.entries(value).map(([name, field]) => [name.toLowerCase(), field]))
    : {};
  if (fields["enabled"] !== true) return null;
  return {
    maxMessages: positive(fields["maxmessagescount"]) ?? DEFAULTS.maxMessages,
    maxAwaitMs: positive(fields["maxawaitdurationms"]) ?? DEFAULTS.maxAwaitMs,
  };
}

function positive(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : null;
}
