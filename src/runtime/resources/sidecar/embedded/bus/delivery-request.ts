import { randomUUID } from "node:crypto";
import type { OutgoingHttpHeaders } from "node:http";
import { HOP_BY_HOP } from "../hop-by-hop.ts";
import { TOKEN_HEADER } from "../tokens.ts";
import { isTrue, type Route } from "./subscription.ts";
import type { StoredEvent } from "./event.ts";

/** What is posted to the app for one event. */
export interface DeliveryRequest {
  readonly headers: OutgoingHttpHeaders;
  readonly body: Uint8Array;
}

/** What an event without trace carries: Dapr sends the all-zero context (https://www.w3.org/TR/trace-context/). */
export const NO_TRACE = "00-00000000000000000000000000000000-0000000000000000-00";

/** https://www.w3.org/TR/trace-context/#traceparent-header-field-values; a later version may say more at its end. */
const TRACE = /^(?!ff)[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}(?:-[\x21-\x7e]*)?$/u;

/** Asks the app to say that it wants the body; whoever published the event does not decide that. */
const EXPECT = "expect";

/** Node refuses these in a header value. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/u;

/** Builds the POST for an event as Dapr does: envelope bytes as they were stored, metadata as lower-case headers. */
export function deliveryRequest(
  event: StoredEvent,
  route: Route,
  appToken: string | undefined,
): DeliveryRequest {
  const body = route.raw ? wrapRaw(event) : event.body;
  const headers: OutgoingHttpHeaders = { "content-type": "application/cloudevents+json" };
  addMetadata(headers, event.metadata ?? {});
  headers["content-length"] = body.byteLength;
  headers["pubsubname"] = event.pubsub;
  // What is wrapped here has no trace of its own: daprd sends none either.
  // Nor has what was published raw.
  if (!route.raw && !wasRaw(event)) headers["traceparent"] = traceOf(event.traceparent);
  if (appToken !== undefined) headers[TOKEN_HEADER] = appToken;
  return { headers, body };
}

/** Builds the POST for several events of one topic: metadata is in the entries. */
export function bulkRequest(
  events: readonly StoredEvent[],
  route: Route,
  appToken: string | undefined,
): DeliveryRequest {
  const { pubsub = "", topic = "" } = events[0] ?? {};
  const body = Buffer.from(
    `{"id":${JSON.stringify(randomUUID())},"type":"com.dapr.event.sent.bulk","topic":${JSON.stringify(topic)},` +
      `"pubsubname":${JSON.stringify(pubsub)},"metadata":{"pubsubName":${JSON.stringify(pubsub)}},` +
      `"entries":[${events.map((event) => bulkEntry(event, route.raw)).join(",")}]}`,
  );
  const headers: OutgoingHttpHeaders = {
    "content-type": "application/json",
    "content-length": body.byteLength,
    pubsubname: pubsub,
  };
  if (!route.raw) headers["traceparent"] = traceOf(events[0]?.traceparent ?? null);
  if (appToken !== undefined) headers[TOKEN_HEADER] = appToken;
  return { headers, body };
}

function addMetadata(headers: OutgoingHttpHeaders, metadata: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(metadata)) {
    const header = name.toLowerCase();
    if (HOP_BY_HOP.has(header) || header === EXPECT) continue;
    if (/^[\w!#$%&'*+.^`|~-]+$/u.test(name) && !UNSENDABLE.test(value)) headers[header] = value;
  }
}

function wasRaw({ raw, metadata }: StoredEvent): boolean {
  return raw || isTrue(metadata?.["rawPayload"]);
}

/** Anybody can write anything into an event. */
function traceOf(traceparent: string | null): string {
  return traceparent !== null && TRACE.test(traceparent) ? traceparent : NO_TRACE;
}

/** Why an event cannot be delivered to a subscriber that expects an envelope; null where it can. */
export function envelopeProblem(event: StoredEvent, route: Route): string | null {
  if (route.raw || !event.raw) return null;
  try {
    const value: unknown = JSON.parse(Buffer.from(event.body).toString());
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return null;
  } catch {
    // Not JSON: said below.
  }
  return "it was published raw and is not a CloudEvent; subscribe with metadata rawPayload: true";
}

function wrapRaw(event: StoredEvent): Uint8Array {
  return Buffer.from(
    JSON.stringify({
      id: randomUUID(),
      specversion: "1.0",
      datacontenttype: "application/octet-stream",
      source: "Dapr",
      type: "com.dapr.event.sent",
      topic: event.topic,
      pubsubname: event.pubsub,
      data_base64: Buffer.from(event.body).toString("base64"),
    }),
  );
}

function bulkEntry(event: StoredEvent, raw: boolean): string {
  const bytes = Buffer.from(event.body);
  const item = raw ? JSON.stringify(bytes.toString("base64")) : bytes.toString();
  return (
    `{"entryId":${JSON.stringify(String(event.seq))},"event":${item},` +
    `"contentType":${raw ? '"application/octet-stream"' : '"application/cloudevents+json"'},` +
    `"metadata":${JSON.stringify(event.metadata ?? {})}}`
  );
}
