import type { Fields } from "../../../../journal/fields.ts";
import type { BusEvent } from "../bus/event.ts";
import type { PublishInput } from "./publish-input.ts";
import { envelopeOverrides, ttlMs } from "./publish-metadata.ts";

/** What came out: the event, or why no CloudEvent can be made of the body. */
export type MadeEvent =
  | { readonly ok: true; readonly event: BusEvent }
  | { readonly ok: false; readonly why: string };

/**
 * The three trace attributes: an incoming context is copied unchanged, without one they are empty. As with daprd, id and
 * parent are one: whichever is overridden overrides both.
 */
export function traceOf(input: PublishInput): {
  readonly id: string;
  readonly parent: string;
  readonly state: string;
} {
  const overrides = envelopeOverrides(input.metadata);
  const parent = overrides.traceparent ?? overrides.traceid ?? input.traceparent ?? "";
  return {
    id: parent,
    parent,
    state: overrides.tracestate ?? input.tracestate ?? "",
  };
}

/** 9999-12-31T23:59:59Z: RFC 3339 has no later year. */
const LAST_MS = 253_402_300_799_000;

export function expiry(metadata: Readonly<Record<string, string>>, now: number): number | null {
  const ttl = ttlMs(metadata);
  // Whole seconds, as in the envelope; what no date can say is never.
  const at = ttl === null ? Number.NaN : Math.floor((now + ttl) / 1000) * 1000;
  return at <= LAST_MS ? at : null;
}

/** `2026-01-31T12:00:00Z`: whole seconds, UTC. */
export function rfc3339(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

export function metadataOf(
  metadata: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | null {
  return Object.keys(metadata).length === 0 ? null : metadata;
}

/** RFC 3339 §5.6, upper case, as Go reads it. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/u;

/** The end of an envelope's own `expiration`; one that is no timestamp counts as none, as it does in Dapr. */
export function expirationOf(envelope: Fields): number | null {
  const { expiration } = envelope;
  const ms =
    typeof expiration === "string" && TIMESTAMP.test(expiration) ? Date.parse(expiration) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** How long a chain of events led to this one: the CloudEvent extension `agentsdepth`. */
export function depthOf(envelope: Fields): number {
  const said = envelope["agentsdepth"];
  const depth = typeof said === "number" || typeof said === "string" ? Math.trunc(Number(said)) : 0;
  return Number.isSafeInteger(depth) ? depth : 0;
}
