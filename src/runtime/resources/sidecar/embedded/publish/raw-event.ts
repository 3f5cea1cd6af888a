import { randomUUID } from "node:crypto";
import { isFields, type Fields } from "../../../../journal/fields.ts";
import type { BusEvent } from "../bus/event.ts";
import { depthOf, expirationOf, expiry, metadataOf } from "./envelope-parts.ts";
import type { PublishInput } from "./publish-input.ts";
import { journalFacts } from "./standard-event.ts";

/**
 * An event that travels as the bytes that came (`rawPayload`). Where they are a CloudEvent all the same, the journal
 * knows it by what it says of itself.
 */
export function rawEvent(input: PublishInput, now: number): BusEvent {
  const { appId, pubsub, topic, metadata, body } = input;
  const value = parseOrNull(body);
  const envelope: Fields = isFields(value) && typeof value["specversion"] === "string" ? value : {};
  const isCloudEvent = envelope === value;
  const facts = journalFacts(
    { source: appId, ...envelope },
    isCloudEvent ? envelope["data"] : value,
    topic,
    randomUUID,
  );
  return {
    ...facts,
    pubsub,
    topic,
    body,
    contentType: input.contentType ?? "application/octet-stream",
    raw: true,
    metadata: metadataOf(metadata),
    traceparent: input.traceparent,
    expiresAt: expiry(metadata, now) ?? expirationOf(envelope),
    depth: depthOf(envelope),
  };
}

function parseOrNull(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}
