import { parseExact } from "../../../../journal/exact-json.ts";
import { isFields, type Fields } from "../../../../journal/fields.ts";
import type { BusEvent } from "../../embedded/bus/event.ts";
import { outcomeOf, type Outcome } from "../../embedded/bus/outcome.ts";
import { envelopedEvent, rawEvent } from "../event-of-bytes.ts";
import type { RoutedTopic } from "./subscribed-routes.ts";

/** One event in a delivery. */
export interface DeliveredEvent {
  readonly event: BusEvent;
  readonly deadLetterOf: string | null;
  /** Of a bulk; null where it came alone. */
  readonly entryId: string | null;
}

/** Dapr wraps what was published raw in an envelope of this content type and source. */
const RAW_TYPE = "application/octet-stream";

/** Reads what daprd posts to a subscribed route: one CloudEvent, or the bulk envelope. Empty where it is neither. */
export function readDelivery(body: Buffer, topics: readonly RoutedTopic[]): readonly DeliveredEvent[] {
  const envelope = parseFields(body.toString());
  if (envelope === null) return [];
  if (Array.isArray(envelope["entries"])) return readBulk(envelope, envelope["entries"], topics);
  const found = readEnvelope(envelope, body, topics, null);
  return found === null ? [] : [found];
}

function readBulk(
  bulk: Fields,
  entries: readonly unknown[],
  topics: readonly RoutedTopic[],
): readonly DeliveredEvent[] {
  const origin = originOf(bulk, topics);
  if (origin === null) return [];
  return entries.flatMap((entry: unknown) => {
    if (!isFields(entry) || typeof entry["entryId"] !== "string") return [];
    const entryId = entry["entryId"];
    const content = entry["event"];
    if (typeof content === "string") {
      return [{ event: rawEvent(Buffer.from(content, "base64"), origin), deadLetterOf: null, entryId }];
    }
    if (!isFields(content)) return [];
    const found = readEnvelope(content, Buffer.from(JSON.stringify(content)), topics, entryId, origin.topic);
    return found === null ? [] : [found];
  });
}

function readEnvelope(
  envelope: Fields,
  body: Buffer,
  topics: readonly RoutedTopic[],
  entryId: string | null,
  topic?: string,
): DeliveredEvent | null {
  const origin = originOf(envelope, topics);
  if (origin === null || typeof envelope["id"] !== "string") return null;
  const by = { ...origin, topic: topic ?? origin.topic };
  const bytes = envelope["data_base64"];
  if (
    envelope["source"] === "Dapr" &&
    envelope["datacontenttype"] === RAW_TYPE &&
    typeof bytes === "string" &&
    !Object.hasOwn(envelope, "time")
  ) {
    return { event: rawEvent(Buffer.from(bytes, "base64"), by), deadLetterOf: null, entryId };
  }
  const first = envelope["topic"];
  // A dead letter is the envelope that failed: it still names the topic that it was published to.
  const deadLetterOf = typeof first === "string" && first !== by.topic ? first : null;
  return { event: envelopedEvent(envelope, body, by), deadLetterOf, entryId };
}

/** Several topics may share a path: then the envelope says which it is. */
function originOf(
  envelope: Fields,
  topics: readonly RoutedTopic[],
): { readonly pubsub: string; readonly topic: string; readonly metadata: null } | null {
  const found = topics.find((one) => one.topic === envelope["topic"]) ?? topics[0];
  return found === undefined ? null : { pubsub: found.pubsub, topic: found.topic, metadata: null };
}

/** What the answer means for each of the events: its own status in a bulk, RETRY where it has none (Dapr). */
export function outcomesOf(
  events: readonly DeliveredEvent[],
  status: number,
  body: string,
): readonly Outcome[] {
  const whole = (): Outcome => outcomeOf({ at: "answered", status, body });
  if (events.every((one) => one.entryId === null) || status < 200 || status > 299) return events.map(whole);
  const statuses = bulkStatuses(body);
  return events.map(({ entryId }) => {
    const said = (entryId === null ? null : statuses.get(entryId)) ?? "RETRY";
    return outcomeOf({
      at: "answered",
      status,
      body: JSON.stringify({ status: said === "" ? "RETRY" : said }),
    });
  });
}

function bulkStatuses(body: string): ReadonlyMap<string, string> {
  const answer = parseFields(body);
  const statuses = answer?.["statuses"];
  const found = new Map<string, string>();
  for (const one of Array.isArray(statuses) ? statuses : []) {
    const entry: unknown = one;
    if (isFields(entry) && typeof entry["entryId"] === "string" && typeof entry["status"] === "string") {
      found.set(entry["entryId"], entry["status"]);
    }
  }
  return found;
}

function parseFields(text: string): Fields | null {
  try {
    const value = parseExact(text);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}
