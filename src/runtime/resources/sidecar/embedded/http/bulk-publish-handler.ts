import { isFields } from "../../../../journal/fields.ts";
import type { BusEvent } from "../bus/event.ts";
import { rawItems, rawMembers, rawValue } from "../json/raw-json.ts";
import { dataKind } from "../publish/content-type.ts";
import { PublishFailure } from "../pubsub/publish-failure.ts";
import { makeEvent } from "../publish/make-event.ts";
import { queryMetadata, readText, sendEmpty, sendJson, type Call } from "./call.ts";
import { detailedError } from "./dapr-error.ts";
import {
  findTarget,
  noCloudEvent,
  publishUnderPolicy,
  traceHeaders,
  wantsRaw,
  type PublishContext,
} from "./publish-handler.ts";

interface Entry {
  readonly entryId: string;
  readonly contentType: string;
  readonly body: Buffer;
  readonly metadata: Readonly<Record<string, string>> | null;
}

/** `POST|PUT /v1.0[-alpha1]/publish/bulk/{pubsub}/{topic…}`: on the durable bus all entries in one transaction. */
export async function handleBulkPublish(
  context: PublishContext,
  call: Call,
  pubsub: string,
  topic: string,
): Promise<void> {
  const metadata = queryMetadata(call);
  const broker = findTarget(context, pubsub, topic, metadata);
  const raw = wantsRaw(pubsub, metadata);
  const fail = (reason: string, text: string, why: string): Error =>
    bulkError(context.appId, pubsub, reason, text, why);
  const unreadable = (why: string): Error =>
    fail(
      "UNMARSHAL_EVENTS",
      `error when unmarshaling the request for topic ${topic} pubsub ${pubsub}: ${why}`,
      why,
    );
  const entries = readEntries(await readText(call, unreadable), { topic, pubsub, unreadable, fail });
  const events: BusEvent[] = [];
  const now = Date.now();
  for (const entry of entries) {
    const input = {
      ...traceHeaders(call),
      appId: context.appId,
      pubsub,
      topic,
      body: entry.body,
      contentType: entry.contentType,
      // A quirk of Dapr's that publishers may rely on: request metadata reaches only entries that have their own.
      metadata: entry.metadata === null ? {} : { ...metadata, ...entry.metadata },
    };
    const made = makeEvent(input, raw, now);
    if (!made.ok) throw noCloudEvent(context.appId, pubsub, made.why);
    events.push(made.event);
  }
  try {
    if (events.length > 0) await publishUnderPolicy(context, broker, events);
  } catch (error) {
    return sendJson(call, 500, notPublished(entries, error));
  }
  sendEmpty(call);
}

/** As daprd answers where the pub/sub has not taken all: which not, and why. */
function notPublished(entries: readonly Entry[], error: unknown): unknown {
  const all = error instanceof Error ? error.message : String(error);
  const failedEntries = entries.flatMap(({ entryId }, index) => {
    const why = error instanceof PublishFailure ? error.failed.get(index) : all;
    return why === undefined ? [] : [{ entryId, error: why }];
  });
  return { failedEntries, errorCode: "ERR_PUBSUB_PUBLISH_MESSAGE" };
}

type Fail = (reason: string, message: string, why: string) => Error;

interface EntryErrors {
  readonly topic: string;
  readonly pubsub: string;
  readonly unreadable: (why: string) => Error;
  readonly fail: Fail;
}

function readEntries(text: string, { topic, pubsub, unreadable, fail }: EntryErrors): Entry[] {
  let items: unknown;
  try {
    items = JSON.parse(text);
    if (
      !Array.isArray(items) ||
      items.some((item) => typeof item !== "object" || item === null || Array.isArray(item))
    ) {
      throw new Error("the body is not an array of objects");
    }
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error));
  }
  const seen = new Set<string>();
  return rawItems(text).map(({ start, end }) => {
    const entry = readEntry(text.slice(start, end));
    if (typeof entry === "string") {
      throw fail(
        "MARSHAL_ENVELOPE",
        `error when marshalling cloud event envelope for topic ${topic} pubsub ${pubsub}: ${entry}`,
        entry,
      );
    }
    if (entry.entryId === "" || seen.has(entry.entryId)) {
      const why = "entryId is duplicated or not present for entry";
      throw fail(
        "MARSHAL_EVENTS",
        `error marshaling events to bytes for topic ${topic} pubsub ${pubsub}. error: ${why}`,
        why,
      );
    }
    seen.add(entry.entryId);
    return entry;
  });
}

/** Field names match in any case: the official JavaScript SDK sends `entryID`. */
function readEntry(text: string): Entry | string {
  const members = rawMembers(text);
  const parsed = (name: string): unknown => {
    const raw = rawValue(text, members, name, true);
    return raw === null ? null : (JSON.parse(raw) as unknown);
  };
  const contentType = parsed("contentType");
  const body = eventBytes(
    rawValue(text, members, "event", true) ?? "null",
    typeof contentType === "string" ? contentType : "",
  );
  if (typeof body === "string") return body;
  const entryId = parsed("entryId");
  const metadata = parsed("metadata");
  return {
    entryId: typeof entryId === "string" ? entryId : "",
    contentType: String(contentType),
    body,
    metadata: isFields(metadata)
      ? Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, String(value)]))
      : null,
  };
}

const MISMATCH = "error: mismatch between contentType and event";

function eventBytes(raw: string, contentType: string): Buffer | string {
  const media = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const kind = contentType === "" ? "text" : dataKind(contentType);
  if (kind === "json" || kind === "cloudevent") return Buffer.from(raw);
  const isText = media.startsWith("text/") || media === "application/xml";
  if (kind !== "binary" && !isText) return MISMATCH;
  const value: unknown = JSON.parse(raw);
  if (typeof value !== "string") return MISMATCH;
  return kind === "binary" ? Buffer.from(value, "base64") : Buffer.from(value);
}

function bulkError(appId: string, pubsub: string, reason: string, message: string, why: string): Error {
  return detailedError(400, "ERR_PUBSUB_EVENTS_SER", message, {
    reason: `DAPR_PUBSUB_${reason}`,
    metadata: { appID: appId, ...(reason === "UNMARSHAL_EVENTS" ? {} : { error: why }) },
    resource: { type: "pubsub", name: pubsub, description: message },
  });
}
