import type { AppHealthSettings } from "../bus/app-health.ts";
import type { LiveSubscription } from "../bus/subscription-registry.ts";
import type { ListedComponent } from "../components/app-components.ts";
import { readBody, sendEmpty, sendJson, type Call } from "./call.ts";

export interface MetadataContext {
  readonly appId: string;
  /** Where the app of this sidecar listens. */
  readonly ownHost: string;
  readonly ownPort: number;
  readonly health: AppHealthSettings | null;
  /** 0: no limit. */
  readonly concurrency: number;
  readonly components: readonly ListedComponent[];
  /** Set through the API; kept while the sidecar lives. */
  readonly extended: Map<string, string>;
  subscriptions(): readonly LiveSubscription[];
  /** Names of its Resiliency resources. */
  resiliencies(): readonly string[];
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
      ...(context.ownPort === 0 ? {} : { port: context.ownPort }),
      protocol: "http",
      channelAddress: context.ownHost,
      ...(context.concurrency === 0 ? {} : { maxConcurrency: context.concurrency }),
      ...(context.health === null ? {} : { health: healthView(context.health) }),
    },
    ...(context.resiliencies().length === 0
      ? {}
      : { resiliencies: context.resiliencies().map((name) => ({ name })) }),
    actorRuntime: { runtimeStatus: "DISABLED", hostReady: false, placement: "" },
    scheduler: {},
    workflows: {},
  });
}

function healthView({ path, intervalMs, timeoutMs, threshold }: AppHealthSettings): Record<string, unknown> {
  return {
    healthCheckPath: path,
    healthProbeInterval: `${intervalMs / 1000}s`,
    healthProbeTimeout: timeoutMs % 1000 === 0 ? `${timeoutMs / 1000}s` : `${timeoutMs}ms`,
    healthThreshold: threshold,
  };
}

/** `PUT /v1.0/metadata/{key}`: the body is the value. */
export async function putMetadata(context: MetadataContext, call: Call, key: string): Promise<void> {
  context.extended.set(key, (await readBody(call)).toString());
  sendEmpty(call);
}

function subscriptionView({ pubsub, topic, definition }: LiveSubscription): Record<string, unknown> {
  const rules: { match?: string; path: string }[] = definition === null ? [] : [...definition.rules];
  if (definition !== null && definition.defaultPath !== null) rules.push({ path: definition.defaultPath });
  const metadata = definition?.metadata ?? {};
  return {
    pubsubname: pubsub,
    topic,
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    rules,
    deadLetterTopic: definition?.deadLetterTopic ?? "",
    type: definition?.declarative === true ? "DECLARATIVE" : "PROGRAMMATIC",
  };
}
