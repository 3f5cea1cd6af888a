import type { BusEvent } from "../bus/event.ts";
import { makeEvent } from "../publish/make-event.ts";
import type { Pubsub } from "../pubsub/pubsub.ts";
import type { PublishInput } from "../publish/publish-input.ts";
import { rawPayload } from "../publish/publish-metadata.ts";
import { queryMetadata, readBody, sendEmpty, type Call } from "./call.ts";
import { PublishFailure } from "../pubsub/publish-failure.ts";
import { isActive, runPolicy } from "../resiliency/run-policy.ts";
import type { AppResources } from "../resources/app-resources.ts";
import { topicScopes } from "../resources/topic-scopes.ts";
import { detailedError } from "./dapr-error.ts";

/** What publishing needs of its sidecar. */
export interface PublishContext {
  readonly appId: string;
  readonly pubsubs: ReadonlyMap<string, Pubsub>;
  /** What the resources mean for this app, as they are now. */
  resources(): AppResources;
}

/** `POST|PUT /v1.0/publish/{pubsub}/{topic…}`: 204 once the event is on disk. */
export async function handlePublish(
  context: PublishContext,
  call: Call,
  pubsub: string,
  topic: string,
): Promise<void> {
  const metadata = queryMetadata(call);
  const broker = findTarget(context, pubsub, topic, metadata);
  const raw = wantsRaw(pubsub, metadata);
  const body = await readBody(call).catch((error: Error) => {
    throw publishFailed(pubsub, topic, error.message);
  });
  const input: PublishInput = {
    appId: context.appId,
    pubsub,
    topic,
    body,
    contentType: call.request.headers["content-type"] ?? null,
    metadata,
    ...traceHeaders(call),
  };
  const made = makeEvent(input, raw, Date.now());
  if (!made.ok) throw noCloudEvent(context.appId, pubsub, made.why);
  await publishEvents(context, broker, [made.event], topic);
  sendEmpty(call);
}

/** Publishes events; what the pub/sub fails on is an answer of Dapr's. */
async function publishEvents(
  context: PublishContext,
  pubsub: Pubsub,
  events: readonly BusEvent[],
  topic: string,
): Promise<void> {
  try {
    await publishUnderPolicy(context, pubsub, events);
  } catch (error) {
    throw publishFailed(pubsub.name, topic, error instanceof Error ? error.message : String(error));
  }
}

/** @throws PublishFailure naming those that were not published, by their index; Error where none was */
export async function publishUnderPolicy(
  context: PublishContext,
  pubsub: Pubsub,
  events: readonly BusEvent[],
): Promise<void> {
  const policy = context.resources().resiliency.component(pubsub.name, "outbound", "Pubsub");
  if (!isActive(policy)) return await pubsub.publish(events);
  // What was published is not published again.
  let left = events.map((event, index) => ({ event, index }));
  await runPolicy(policy, async () => {
    const now = left;
    await pubsub.publish(now.map(({ event }) => event)).catch((error: unknown) => {
      if (!(error instanceof PublishFailure)) throw error;
      left = now.filter((_, at) => error.failed.has(at));
      const failed = now.flatMap(({ index }, at): [number, string][] => {
        const why = error.failed.get(at);
        return why === undefined ? [] : [[index, why]];
      });
      throw new PublishFailure(new Map(failed));
    });
  });
}

export function findTarget(
  context: PublishContext,
  pubsub: string,
  topic: string,
  metadata: Readonly<Record<string, string>>,
): Pubsub {
  const found = context.pubsubs.get(pubsub);
  if (found === undefined) {
    throw detailedError(404, "ERR_PUBSUB_NOT_FOUND", `pubsub ${pubsub} is not found`, {
      reason: "DAPR_PUBSUB_NOT_FOUND",
      metadata,
    });
  }
  if (topic !== "") {
    if (topicScopes(found.metadata, context.appId).mayPublish(topic)) return found;
    throw forbidden(context.appId, pubsub, topic);
  }
  const message = `topic is empty in pubsub ${pubsub}`;
  throw detailedError(404, "ERR_TOPIC_NAME_EMPTY", message, {
    reason: "DAPR_PUBSUB_TOPIC_NAME_EMPTY",
    metadata,
    resource: { type: "pubsub", name: pubsub, description: message },
  });
}

function forbidden(appId: string, pubsub: string, topic: string): Error {
  const message = `topic ${topic} is not allowed for app id ${appId}`;
  return detailedError(403, "ERR_PUBSUB_FORBIDDEN", message, {
    reason: "DAPR_PUBSUB_FORBIDDEN",
    metadata: { error: message, topic },
    resource: { type: "pubsub", name: pubsub, description: message },
  });
}

export function wantsRaw(pubsub: string, metadata: Readonly<Record<string, string>>): boolean {
  const read = rawPayload(metadata);
  if (read.ok) return read.raw;
  const message = `failed deserializing metadata. Error: rawPayload value must be a valid boolean: actual is '${read.found}'`;
  throw detailedError(400, "ERR_PUBSUB_REQUEST_METADATA", message, {
    reason: "DAPR_PUBSUB_METADATA_DESERIALIZATION",
    metadata,
    resource: { type: "pubsub", name: pubsub, description: message },
  });
}

export function traceHeaders(call: Call): Pick<PublishInput, "traceparent" | "tracestate"> {
  const { traceparent, tracestate } = call.request.headers;
  return {
    traceparent: typeof traceparent === "string" ? traceparent : null,
    tracestate: typeof tracestate === "string" ? tracestate : null,
  };
}

export function noCloudEvent(appId: string, pubsub: string, why: string): Error {
  return detailedError(500, "ERR_PUBSUB_CLOUD_EVENTS_SER", "cannot create cloudevent", {
    reason: "DAPR_PUBSUB_CLOUD_EVENT_CREATION",
    metadata: { appID: appId, error: why },
    resource: { type: "pubsub", name: pubsub, description: "cannot create cloudevent" },
  });
}

function publishFailed(pubsub: string, topic: string, why: string): Error {
  const message = `error when publishing to topic ${topic} in pubsub ${pubsub}: ${why}`;
  return detailedError(500, "ERR_PUBSUB_PUBLISH_MESSAGE", message, {
    reason: "DAPR_PUBSUB_PUBLISH_MESSAGE",
    metadata: { topic, error: why },
    resource: { type: "pubsub", name: pubsub, description: message },
  });
}
