import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { z } from "zod";
import type { EventCodec } from "./domain/event-codec.ts";
import type { DomainEvent, EventReader } from "./domain/event-store.ts";
import type { EventDefinition } from "./events/define-event.ts";
import type { Lineage } from "./events/standard-event.ts";
import type { HandlerContext } from "./handling/context.ts";
import type { CommandRoute, EventSubscription, QueryRoute } from "./handling/routes.ts";
import type { Logger } from "./log/logger.ts";
import type { ChatModel, GeneratedBy } from "./model/chat-model.ts";
import type { PromptRegistry } from "./prompts/prompt.ts";
import type { Projection } from "./sql/projection.ts";
import type { TransactOptions, UnitOfWork } from "./sql/unit-of-work.ts";
import type { StateStore, StateUnitOfWork } from "./state/state-store.ts";

/** What an agent is, as `runAgent` takes it. */
export interface AgentDefinition<DB = unknown> {
  /** Its name in the configuration, which is also its Dapr app id: `testplanning`. */
  readonly name: string;
  /** One sentence on what it does, for its OpenAPI document. */
  readonly description: string;
  /** Every event type that this agent emits: the `events` of its `events.ts`. */
  readonly publishes: readonly EventDefinition[];
  /** Migrations of the agent's own tables, by name, run in the order of their names. Without them the agent has no SQL. */
  readonly migrations?: Readonly<Record<string, Migration>>;
  /** Tables derived from the agent's event streams. One whose version has changed is rebuilt before the agent is ready. */
  readonly projections?: readonly Projection<DB>[];
  /** Name of the environment variable with the URL of the database; by default `SQLSERVER_URL`. */
  readonly database?: string;
  /**
   * The folder that holds the prompts of all agents. By default the repository that AGENTS_PROMPTS_REPO names, else the folder
   * that AGENTS_PROMPTS_DIR names, else `prompts` in the working directory.
   */
  readonly promptsDir?: string;
  /**
   * Puts the agent together from what the kit gives it. Runs once, before the server listens: do no I/O in it. What it
   * throws is printed as one line, and the process ends with exit code 1; throw a StartError to say what to do as well.
   */
  compose(kit: AgentKit<DB>): AgentParts | Promise<AgentParts>;
}

/** What an agent answers and listens to. */
export interface AgentParts {
  /** Routes that change something; made by `command`. */
  readonly commands?: readonly CommandRoute[];
  /** Routes that only read; made by `query`. */
  readonly queries?: readonly QueryRoute[];
  /** Event types that it handles; made by `on`. The config's `subscribes` lists the same types. */
  readonly subscriptions?: readonly EventSubscription[];
  /** Members of its own in the document of `GET /api/<agent>/health`. */
  health?(): Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>;
  /**
   * Runs once, soon after the agent is ready: the place to start what is due at a certain time. Return at once, and do the
   * work itself in {@link AgentKit.work}.
   */
  started?(): void | Promise<void>;
  /**
   * How much work of the flow with that correlation id is still to be done in {@link AgentKit.work}: `agents publish --wait`
   * waits for it. Count it in the database, in rows that the unit of work which does it removes.
   */
  later?(correlationId: string): Promise<LaterWork>;
  /** Runs when the agent stops, after the last handler. */
  close?(): void | Promise<void>;
}

/** The work of one flow that an agent has left for later. */
export interface LaterWork {
  /** How many pieces of work are left. */
  readonly pending: number;
  /** When the first of them is due, ISO 8601 UTC; null when nothing is left. */
  readonly dueAt: string | null;
}

/** What is asked of a model through a prompt. */
export interface GenerateRequest<Output> {
  /** A prompt of this agent: the name of its file, with a version, range or label where one is meant (`greet@^2`). */
  readonly prompt: string;
  /** Values for the prompt's template; they must fit its `input` schema. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Types the output, which has been checked against the prompt's own schema before. */
  readonly output: z.ZodType<Output>;
}

/** A model's answer to a prompt. */
export interface Generated<Output> {
  readonly output: Output;
  /** Who answered: a live model, a recording of one, or the built-in sample. */
  readonly generatedBy: GeneratedBy;
  /** `name@version+hash` of the prompt. */
  readonly promptRef: string;
}

/** What the kit gives to the composition root of an agent. */
export interface AgentKit<DB = unknown> {
  readonly name: string;
  /** The environment of the process. Read it in the composition root only. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For what belongs to no request or delivery; a handler logs with its `ctx.log`. */
  readonly log: Logger;
  /** The present time. Domain code takes it as a parameter. */
  clock(): Date;
  /** A new random UUID. */
  newId(): string;

  /** The model itself, for what {@link AgentKit.generate} does not do: streaming, say. */
  readonly model: ChatModel;
  readonly prompts: PromptRegistry;
  /**
   * Renders a prompt, asks the model, and checks the output against the prompt's schema, with one round of repair.
   *
   * @throws PromptNotFound when there is no such prompt, or no good version of it; answered as 500 when not caught.
   * @throws PromptInputInvalid when the values do not fit the prompt's input schema; answered as 500 when not caught.
   * @throws ModelUnavailable answered as 503 when not caught.
   * @throws OutputInvalid with the raw text; answered as 502 when not caught.
   */
  generate<Output>(ctx: HandlerContext, request: GenerateRequest<Output>): Promise<Generated<Output>>;

  /** The agent's database, for reading, and for writes that no event depends on. Needs `migrations`. */
  readonly db: Kysely<DB>;
  /** The agent's event streams, for reading outside of a unit of work. Needs `migrations`. */
  events<Event extends DomainEvent>(codec: EventCodec<Event>): EventReader<Event>;
  /**
   * Rebuilds a projection from its streams, in one transaction: units of work wait until it is done. Resolves to the number of
   * events that it was made from.
   *
   * @throws TypeError when the agent has no projection of that name.
   */
  rebuild(projection: string): Promise<number>;
  /**
   * One SQL transaction for aggregate, inbox and outbox. Keep it short: call models and channels before or after it.
   * Emitted events are published before the request is answered or the delivery acknowledged, and later if that fails.
   */
  transact<Result>(
    ctx: HandlerContext,
    work: (tx: UnitOfWork<DB>) => Promise<Result>,
    options?: TransactOptions,
  ): Promise<Result>;

  /**
   * Runs work that neither a request nor a delivery asks for now, such as a retry that has come due, and publishes what it
   * commits. A stop waits for it as for a handler.
   *
   * @param lineage whose work it is: the `ctx.lineage` of the handler that left it for later, so that its events belong to
   * that flow, at the same depth.
   * @throws Error when the agent is stopping.
   */
  work<Result>(lineage: Lineage, work: (ctx: HandlerContext) => Promise<Result>): Promise<Result>;

  /** The agent's state in the `agents-statestore` component. */
  readonly state: StateStore;
  /**
   * The same promise as {@link AgentKit.transact}, on the state store alone. `work` runs again when an ETag no longer
   * matches (up to 12 times), so it must do nothing but read, compute, save and emit.
   */
  transactState<Result>(
    ctx: HandlerContext,
    work: (tx: StateUnitOfWork) => Promise<Result>,
    options?: TransactOptions,
  ): Promise<Result>;
}
