import type { ResourceFile } from "./document.ts";

/** Retries after the first attempt. Without a policy a current daprd loses what a handler fails on. */
export const REDELIVERIES = 5;

/** Bounded redelivery for each pub/sub that is given. */
export function resiliency(pubsubs: readonly string[], deliveryTimeoutMs: number): ResourceFile {
  return {
    file: "resiliency.yaml",
    comment:
      "A failed delivery is tried again, then goes to the dead-letter topic. Dapr's exponential policy starts at\n" +
      "0.5 s and grows by half, give or take a half.",
    document: {
      apiVersion: "dapr.io/v1alpha1",
      kind: "Resiliency",
      metadata: { name: "agents" },
      spec: {
        policies: {
          timeouts: { delivery: duration(deliveryTimeoutMs) },
          retries: {
            redelivery: { policy: "exponential", maxInterval: "10s", maxRetries: REDELIVERIES },
          },
        },
        targets: {
          components: Object.fromEntries(
            pubsubs.map((name) => [name, { inbound: { timeout: "delivery", retry: "redelivery" } }]),
          ),
        },
      },
    },
  };
}

function duration(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** A subscription whose route is known without asking the app. */
export interface DeclaredSubscription {
  readonly pubsub: string;
  readonly topic: string;
  /** Where its events are posted to. */
  readonly path: string;
}

/** The dead-letter topic of an agent. */
function deadLetterTopic(agent: string): string {
  return `${DEAD_LETTERS}${agent}`;
}

/** The agent whose dead letters a topic takes; null where it is no such topic. */
export function agentOfDeadLetters(topic: string): string | null {
  return topic.startsWith(DEAD_LETTERS) ? topic.slice(DEAD_LETTERS.length) : null;
}

const DEAD_LETTERS = "agents.deadletter.";

export function subscription(agent: string, { pubsub, topic, path }: DeclaredSubscription): ResourceFile {
  // Resource names are DNS labels.
  const name = `${agent}-${topic}`.toLowerCase().replaceAll(/[^a-z0-9]+/gu, "-");
  return {
    file: `subscription-${name}.yaml`,
    comment: `Where ${agent} takes ${topic}. What the app itself says in GET /dapr/subscribe goes before this.`,
    document: {
      apiVersion: "dapr.io/v2alpha1",
      kind: "Subscription",
      metadata: { name },
      spec: { pubsubname: pubsub, topic, routes: { default: path }, deadLetterTopic: deadLetterTopic(agent) },
      scopes: [agent],
    },
  };
}

export interface ConfigurationSettings {
  /** SQLite file in which the sidecars of this run find each other. */
  readonly namesFile: string;
  /** Where spans go; null = none are made. */
  readonly tracing: {
    /** `host:port` of an OTLP receiver. */
    readonly endpoint: string;
    readonly protocol: "grpc" | "http";
    readonly isSecure: boolean;
  } | null;
  /** A secret store that apps may not read through the API; null = there is none. */
  readonly closedSecretStore: string | null;
}

export function configuration({
  namesFile,
  tracing,
  closedSecretStore,
}: ConfigurationSettings): ResourceFile {
  return {
    file: "config.yaml",
    comment: "Sidecars find each other through a file: no multicast, no network card.",
    document: {
      apiVersion: "dapr.io/v1alpha1",
      kind: "Configuration",
      metadata: { name: "agents" },
      spec: {
        nameResolution: {
          component: "sqlite",
          version: "v1",
          configuration: { connectionString: namesFile },
        },
        ...(tracing === null
          ? {}
          : {
              tracing: {
                samplingRate: "1",
                otel: {
                  endpointAddress: tracing.endpoint,
                  isSecure: tracing.isSecure,
                  protocol: tracing.protocol,
                },
              },
            }),
        ...(closedSecretStore === null
          ? {}
          : { secrets: { scopes: [{ storeName: closedSecretStore, defaultAccess: "deny" }] } }),
      },
    },
  };
}
