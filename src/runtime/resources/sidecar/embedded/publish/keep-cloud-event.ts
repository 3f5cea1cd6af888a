import { randomUUID } from "node:crypto";
import { isFields, type Fields } from "../../../../journal/fields.ts";
import { rawMembers } from "../json/raw-json.ts";
import {
  depthOf,
  expirationOf,
  expiry,
  metadataOf,
  rfc3339,
  traceOf,
  type MadeEvent,
} from "./envelope-parts.ts";
import type { PublishInput } from "./publish-input.ts";
import { DAPR_DEFAULT_TYPE, journalFacts } from "./standard-event.ts";

/**
 * A body that is a CloudEvent already: all it says is kept as it came; topic and pubsubname are set, what CloudEvents
 * and Dapr require and it lacks is added. Its id is never made up.
 */
export function keepCloudEvent(input: PublishInput, now: number): MadeEvent {
  const text = input.body.toString();
  const event = parseObject(text);
  if (event === null) return { ok: false, why: "the body is not a JSON object" };
  const { pubsub, topic, metadata } = input;
  const set = attributesToSet(input, event, now);
  const body = Buffer.from(splice(text, event, set));
  const full: Fields = { ...event, ...set };
  const facts = journalFacts(full, full["data"], topic, randomUUID);
  const traceparent = full["traceparent"];
  return {
    ok: true,
    event: {
      ...facts,
      pubsub,
      topic,
      body,
      contentType: "application/cloudevents+json",
      raw: false,
      metadata: metadataOf(metadata),
      traceparent: typeof traceparent === "string" && traceparent !== "" ? traceparent : null,
      expiresAt: expirationOf(full),
      depth: depthOf(full),
    },
  };
}

/** The attributes that this event gets in place of, or beside, its own. */
function attributesToSet(input: PublishInput, event: Fields, now: number): Record<string, string> {
  const set: Record<string, string> = { topic: input.topic, pubsubname: input.pubsub };
  // It says all of itself: nothing of it is overridden.
  const trace = traceOf({ ...input, metadata: {} });
  const has = (name: string): boolean => Object.hasOwn(event, name);
  if (!has("time")) set["time"] = rfc3339(now);
  if (!has("traceid")) {
    set["traceid"] = trace.id;
    set["traceparent"] = trace.parent;
  }
  if (!has("tracestate")) set["tracestate"] = trace.state;
  if ((event["source"] ?? null) === null) set["source"] = "Dapr";
  if ((event["type"] ?? null) === null) set["type"] = DAPR_DEFAULT_TYPE;
  if ((event["specversion"] ?? null) === null) set["specversion"] = "1.0";
  const expiresAt = expiry(input.metadata, now);
  if (expiresAt !== null) set["expiration"] = rfc3339(expiresAt);
  return set;
}

/** Puts members into the text of an object. Where none of them is there yet, the text is left as it is and they are appended. */
function splice(text: string, event: Fields, set: Readonly<Record<string, string>>): string {
  const added = Object.entries(set).map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  if (!Object.keys(set).some((name) => Object.hasOwn(event, name))) {
    const end = text.lastIndexOf("}");
    const comma = Object.keys(event).length === 0 ? "" : ",";
    return `${text.slice(0, end)}${comma}${added.join(",")}}`;
  }
  const kept = rawMembers(text)
    .filter((member) => !Object.hasOwn(set, member.name))
    .map((member) => text.slice(member.from, member.end));
  return `{${[...kept, ...added].join(",")}}`;
}

function parseObject(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}
