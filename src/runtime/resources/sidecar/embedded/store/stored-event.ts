import type { StoredEvent } from "../bus/event.ts";

type Row = Readonly<Record<string, unknown>>;

/** A row of `events` as the bus knows it. The file is our own: what is in it has been checked when it was written. */
export function toStoredEvent(row: Row): StoredEvent {
  return {
    seq: Number(row["seq"]),
    id: String(row["id"]),
    pubsub: String(row["pubsub"]),
    topic: String(row["topic"]),
    type: String(row["type"]),
    source: text(row["source"]),
    subject: text(row["subject"]),
    correlation: text(row["correlation"]),
    causation: text(row["causation"]),
    body: row["body"] instanceof Uint8Array ? row["body"] : new Uint8Array(),
    contentType: String(row["content_type"]),
    raw: row["raw"] === 1,
    metadata: metadataOf(row["metadata"]),
    traceparent: text(row["traceparent"]),
    expiresAt: number(row["expires"]),
    depth: Number(row["depth"]),
    deadLetterOf: number(row["dead_letter_of"]),
  };
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function metadataOf(value: unknown): Readonly<Record<string, string>> | null {
  if (typeof value !== "string") return null;
  const metadata: Readonly<Record<string, string>> = JSON.parse(value);
  return metadata;
}
