import type { RoutedTopic } from "../gate/subscribed-routes.ts";

/** A Redis that carries pub/sub components, as the sidecars' thread is told of it. */
export interface StreamsSettings {
  /** With its password: it goes nowhere but to the client. */
  readonly url: string;
  /** The pub/sub components that it carries; what is read from a stream counts for the first. */
  readonly pubsubs: readonly string[];
  /** Topics whose streams are read although nobody listens to them yet. */
  readonly topics: readonly string[];
  /** Streams that appear later and match are read as well; null = none. */
  readonly discover: string | null;
  /** Pub/sub components of the run that are elsewhere, where only daprd gets at them. */
  readonly unread: readonly UnreadPubsub[];
}

/** A pub/sub component that the runtime can neither read nor publish to. */
export interface UnreadPubsub {
  readonly pubsub: string;
  /** "resources/bus.yaml makes it a pubsub.in-memory" */
  readonly why: string;
}

/** A gate between an agent and its daprd. */
export interface GateSettings {
  readonly agent: string;
  readonly port: number;
  readonly appPort: number;
  readonly maxAttempts: number | null;
  readonly declared: readonly RoutedTopic[];
}

/** What the orchestrator asks of the sidecars' thread for a daprd that it runs itself. */
export type DaprdCall =
  /** Resolves once the Redis answers, everybody's consumer groups exist, and all that is published is recorded. */
  | { readonly do: "connect"; readonly streams: StreamsSettings }
  /** Opens the agent's gate, or another one in its place. */
  | { readonly do: "open-gate"; readonly gate: GateSettings }
  /** Before a daprd starts, the last one being gone: what that one left unfinished is to be delivered at once. */
  | { readonly do: "before-start"; readonly agent: string; readonly processingTimeoutMs: number }
  | { readonly do: "stopping"; readonly agent: string }
  /** Resolves once nothing is with the agent's app. */
  | { readonly do: "until-idle"; readonly agent: string }
  | { readonly do: "gone"; readonly agent: string }
  | { readonly do: "close-gate"; readonly agent: string };

/** What happens around the daprds, for whoever supervises them. */
export type DaprdEvent =
  /** daprd has asked what the app listens to: from now on it delivers. */
  | { readonly type: "daprd-subscribed"; readonly appId: string }
  /** The app came back with other subscriptions: its daprd is to be started again. */
  | { readonly type: "subscriptions-changed"; readonly appId: string }
  /** The app has been away for long: its daprd is to be stopped. */
  | { readonly type: "app-away"; readonly appId: string }
  | { readonly type: "app-here"; readonly appId: string }
  /** Its gate cannot listen any more. */
  | { readonly type: "gate-failed"; readonly appId: string; readonly message: string }
  /** `message`: why the Redis does not answer; null = it is back. */
  | { readonly type: "streams"; readonly message: string | null };
