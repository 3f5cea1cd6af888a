import type { LiveSubscription } from "../bus/subscription-registry.ts";
import type { ListedComponent } from "../components/app-components.ts";
import { readBody, sendEmpty, sendJson, type Call } from "./call.ts";

export interface MetadataContext {
  readonly appId: string;
  /** Where the app of this sidecar listens. */
  readonly ownPort: number;
  readonly concurrency: number;
  readonly components: readonly ListedComponent[];
  /** Set through the API; kept while the sidecar lives. */
  readonly extended: Map<string, string>;
  subscriptions(): readonly LiveSubscription[];
}

/** What we are, in place of daprd's version: nobody is to take this sidecar for the real one. */
const VERSION = "agents-embedded";

/** `GET /v1.0/metadata`. */
export function getMetadata(context: MetadataContext, call: Call): void {
  const subscriptions = context.subscriptions().filter((one) => one.definition !== null);
  sendJson(call, 200, {
    id: context.appId,
    runtimeVersion: VERSION,
    ...(context.components.length === 0 ? {} : { components: context.components }),
    extended: { daprRuntimeVersion: VERSION, ...Object.fromEntries(context.extended) },
    ...(subscriptions.length === 0 ? {} : { subscriptions: subscriptions.map(subscriptionView) }),
    appConnectionProperties: {
      port: context.ownPort,
      protocol: "http",
      channelAddress: "127.0.0.1",
      maxConcurrency: context.concurrency,
    },
    actorRuntime: { runtimeStatus: "DISABLED", hostReady: false, placement: "" },
    scheduler: {},
    workflows: {},
  });
}

/** `PUT /v1.0/metadata/{key}`: the body is the value. */
export async function putMetadata(context: MetadataContext, call: Call, key: string): Promise<void> {
  context.extended.set(key, (await readBody(call)).toString());
  sendEmpty(call);
}

function subscriptionView({ pubsub, topic, definition }: LiveSubscription): Record<string, unknown> {
  const rules = definition === null ? [] : [...definition.rules];
  if (definition !== null && definition.defaultPath !== null)
    rules.push({ match: "", path: definition.defaultPath });
  const metadata = definition?.metadata ?? {};
  const deadLetterTopic = definition?.deadLetterTopic ?? null;
  return {
    pubsubname: pubsub,
    topic,
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    rules,
    ...(deadLetterTopic === null ? {} : { deadLetterTopic }),
    type: "PROGRAMMATIC",
  };
}
