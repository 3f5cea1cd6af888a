import { randomUUID } from "node:crypto";
import type { BusEvent } from "../bus/event.ts";
import { dataKind } from "./content-type.ts";
import { keepCloudEvent } from "./keep-cloud-event.ts";
import type { PublishInput } from "./publish-input.ts";
import { expiry, metadataOf, rfc3339, traceOf, type MadeEvent } from "./envelope-parts.ts";
import { envelopeOverrides } from "./publish-metadata.ts";
import { rawEvent } from "./raw-event.ts";
import { DAPR_DEFAULT_TYPE, journalFacts } from "./standard-event.ts";

/** Makes the event that travels from a publish request, by the rules of Dapr's publish API. */
export function makeEvent(input: PublishInput, raw: boolean, now: number): MadeEvent {
  if (raw) return { ok: true, event: rawEvent(input, now) };
  if (dataKind(input.contentType) === "cloudevent") return keepCloudEvent(input, now);
  return { ok: true, event: wrap(input, now) };
}

/** The body in an envelope of ours. The data is spliced in as the text that came: its numbers and order survive. */
function wrap(input: PublishInput, now: number): BusEvent {
  const { pubsub, topic, metadata } = input;
  const kind = dataKind(input.contentType);
  const contentType = input.contentType ?? "text/plain";
  const overrides = envelopeOverrides(metadata);
  const id = overrides.id ?? randomUUID();
  const source = overrides.source ?? input.appId;
  const type = overrides.type ?? DAPR_DEFAULT_TYPE;
  const trace = traceOf(input);
  const { member, value } = dataMember(kind, input.body);
  const expiresAt = expiry(metadata, now);
  const { subject } = overrides;
  const envelope =
    `{${member},"datacontenttype":${quote(contentType)},${expiresAt === null ? "" : `"expiration":"${rfc3339(expiresAt)}",`}"id":${quote(id)},` +
    `"pubsubname":${quote(pubsub)},"source":${quote(source)},"specversion":"1.0",${subject === null ? "" : `"subject":${quote(subject)},`}` +
    `"time":"${rfc3339(now)}","topic":${quote(topic)},"traceid":${quote(trace.id)},"traceparent":${quote(trace.parent)},` +
    `"tracestate":${quote(trace.state)},"type":${quote(type)}}`;
  const facts = journalFacts({ id, source, type, subject }, value, topic, () => id);
  return {
    ...facts,
    pubsub,
    topic,
    body: Buffer.from(envelope),
    contentType,
    raw: false,
    metadata: metadataOf(metadata),
    traceparent: trace.parent === "" ? null : trace.parent,
    expiresAt,
    depth: 0,
  };
}

function dataMember(
  kind: ReturnType<typeof dataKind>,
  body: Buffer,
): { readonly member: string; readonly value: unknown } {
  if (kind === "binary") return { member: `"data_base64":"${body.toString("base64")}"`, value: null };
  const text = body.toString();
  if (kind === "json") {
    try {
      return { value: JSON.parse(text), member: `"data":${text.trim()}` };
    } catch {
      // Not JSON in spite of its type: Dapr publishes it as a string.
    }
  }
  return { member: `"data":${JSON.stringify(text)}`, value: text };
}

function quote(text: string): string {
  return JSON.stringify(text);
}
