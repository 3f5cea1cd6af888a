import { createHash } from "node:crypto";
import { isFields, type Fields } from "../../../journal/fields.ts";
import type { BusEvent } from "../embedded/bus/event.ts";
import { expirationOf } from "../embedded/publish/envelope-parts.ts";
import { journalFacts } from "../embedded/publish/standard-event.ts";

/** Where bytes were seen. */
export interface Origin {
  readonly pubsub: string;
  readonly topic: string;
  /** Metadata of the publish request. */
  readonly metadata: Readonly<Record<string, string>> | null;
}

/** Reads an envelope as Dapr makes it; null where the bytes are no CloudEvent, that is, were published raw. */
export function envelopeOf(body: Uint8Array): Fields | null {
  const value = parseOrNull(body);
  // An envelope may have no id: Dapr makes none up for a CloudEvent that came without.
  return isFields(value) && typeof value["specversion"] === "string" ? value : null;
}

/** The event in an envelope, as the journal knows events. */
export function envelopedEvent(envelope: Fields, body: Uint8Array, origin: Origin): BusEvent {
  const depth = Number(envelope["agentsdepth"] ?? 0);
  return {
    ...journalFacts(envelope, envelope["data"], origin.topic, () => rawEventId(origin.topic, body)),
    ...origin,
    body,
    contentType: text(envelope["datacontenttype"]) ?? "application/cloudevents+json",
    raw: false,
    traceparent: text(envelope["traceparent"]),
    expiresAt: expirationOf(envelope),
    depth: Number.isFinite(depth) ? depth : 0,
  };
}

/** An event that was published without an envelope. */
export function rawEvent(body: Uint8Array, origin: Origin): BusEvent {
  return {
    ...journalFacts({}, parseOrNull(body), origin.topic, () => rawEventId(origin.topic, body)),
    ...origin,
    body,
    contentType: "application/octet-stream",
    raw: true,
    traceparent: null,
    expiresAt: null,
    depth: 0,
  };
}

/**
 * Bytes without an id get one made of themselves: so the one who sees them published and the one who sees them delivered
 * mean the same event.
 */
function rawEventId(topic: string, body: Uint8Array): string {
  const hash = createHash("sha256").update(topic).update("\0").update(body).digest("hex");
  // RFC 9562 §5.8: a UUID of a form of our own (version 8).
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

function parseOrNull(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
  } catch {
    return null;
  }
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
