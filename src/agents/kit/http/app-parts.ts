import type { HandlerContext } from "../handling/context.ts";
import type { Inbox } from "../handling/inbox.ts";
import type { CommandRoute, EventSubscription, QueryRoute } from "../handling/routes.ts";
import type { WorkInFlight } from "../handling/work-in-flight.ts";
import type { Logger } from "../log/logger.ts";
import type { ModelDescription } from "../model/chat-model.ts";
import type { OutboxState } from "../outbox/outbox.ts";
import type { PromptOrigin } from "../prompts/prompt-origin.ts";
import type { PromptStatus } from "../prompts/prompt.ts";
import type { Repeats } from "../requests/repeats.ts";
import type { Observing } from "../telemetry/open-telemetry.ts";
import type { SidecarState } from "../sidecar/sidecar-client.ts";

/** Where health is read from. */
export interface HealthSource {
  /** `ready` once the database is up to date. */
  readiness(): "starting" | "ready" | "stopping";
  /** Called after the first answer that says ready. */
  wasSeenReady(): void;
  model(): ModelDescription;
  sidecar(): SidecarState;
  outbox(): Promise<OutboxState>;
  prompts(): Promise<readonly PromptStatus[]>;
  promptSource(): PromptOrigin;
  /** What somebody has to know of it although it is ready, in one line; null: nothing. */
  note(): Promise<string | null>;
  database(): string | null;
  /** What is left for later in a flow, null for a count that is not known now; undefined: the agent leaves nothing for later. */
  later(
    correlationId: string,
  ): Promise<{ readonly pending: number | null; readonly dueAt: string | null } | undefined>;
  own(): Promise<Readonly<Record<string, unknown>>>;
}

/** Everything that the HTTP side of an agent is made of. */
export interface AppParts {
  readonly name: string;
  readonly description: string;
  readonly commands: readonly CommandRoute[];
  readonly queries: readonly QueryRoute[];
  readonly subscriptions: readonly EventSubscription[];
  readonly pubsub: string;
  readonly appToken: string | null;
  readonly guarded: boolean;
  readonly inbox: Inbox;
  readonly inFlight: WorkInFlight;
  readonly health: HealthSource;
  readonly log: Logger;
  readonly observing: Pick<Observing, "telemetry" | "metrics">;
  /** What the metrics say about the service itself. */
  readonly target: Readonly<Record<string, string>>;
  readonly repeats: Repeats;
  newId(): string;
  /** Publishes what a command has committed; what cannot be published now is published later. */
  publishCommitted(ctx: HandlerContext): Promise<void>;
}
