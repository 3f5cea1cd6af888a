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
  /** One lower-case word, as in the configuration: `testplanning`. */
  readonly name: string;
  readonly description: string;
  /** Every event type that this agent emits: the `events` of its `events.ts`. */
  readonly publishes: readonly EventDefinition[];
  /** Migrations of the agent's own tables, by name, run in the order of the names. Left out, the agent has no SQL. */
  readonly migrations?: Readonly<Record<string, Migration>>;
  /** Tables that are made from the agent's event streams. Those of another version are rebuilt before it is ready. */
  readonly projections?: readonly Projection<DB>[];
  /** Name of the environment variable with the URL of the database; by default `SQLSERVER_URL`. */
  readonly database?: string;
  /**
   * Folder of the prompts of all agents; by default the repository of AGENTS_PROMPTS_REPO, AGENTS_PROMPTS_DIR, or `prompts` in
   * the working directory.
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
  readonly commands?: readonly CommandRoute[];
  readonly queries?: readonly QueryRoute[];
  readonly subscriptions?: readonly EventSubscription[];
  /** Adds to `GET /api/<agent>/health`. */
  health?(): Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>;
  /**
   * Runs once, soon after the agent is ready: the place to begin what comes due by time. Let it return at once, and do the
   * work itself in {@link AgentKit.work}.
   */
  started?(): void | Promise<void>;
  /**
   * What is still to be done in {@link AgentKit.work} of the flow with that correlation id: `agents publish --wait` waits for
   * it. Count it in the database, where it goes in the unit of work that does it.
   */
  later?(correlationId: string): Promise<LaterWork>;
  /** Runs when the agent stops, after the last handler. */
  close?(): void | Promise<void>;
}

/** Work of one flow that an agent has left for later. */
export interface LaterWork {
  /** How many pieces. */
  readonly pending: number;
  /** When the first of them is due, ISO 8601 UTC; null where there is none. */
  readonly dueAt: string | null;
}

/** What is asked of a model through a prompt. */
export interface GenerateRequest<Output> {
  /** Name of a prompt of this agent: the stem of its file. */
  readonly prompt: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Types the output. The prompt's own schema is checked before. */
  readonly output: z.ZodType<Output>;
}

/** What a model made of a prompt. */
export interface Generated<Output> {
  readonly output: Output;
  readonly generatedBy: GeneratedBy;
  readonly promptRef: string;
}

/** What the kit gives to the composition root of an agent. */
export interface AgentKit<DB = unknown> {
  readonly name: string;
  /** The environment of the process. Read it in the composition root only. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  clock(): Date;
  /** A new random UUID. */
  newId(): string;

  readonly model: ChatModel;
  readonly prompts: PromptRegistry;
  /**
   * Renders a prompt, asks the model, checks the output against the prompt's schema, with one round of repair.
   *
   * @throws ModelUnavailable answered as 503 when not caught.
   * @throws OutputInvalid with the raw text; answered as 502 when not caught.
   */
  generate<Output>(ctx: HandlerContext, request: GenerateRequest<Output>): Promise<Generated<Output>>;

  /** The agent's database. For reading, and for writing what no event hangs on. Needs `migrations`. */
  readonly db: Kysely<DB>;
  /** The agent's event streams, for reading outside of a unit of work. Needs `migrations`. */
  events<Event extends DomainEvent>(codec: EventCodec<Event>): EventReader<Event>;
  /** Makes a projection again from its streams; who appends waits. Answers how many events it is made from. */
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
   * that flow and are as deep in it.
   * @throws Error when the agent stops.
   */
  work<Result>(lineage: Lineage, work: (ctx: HandlerContext) => Promise<Result>): Promise<Result>;

  /** The agent's state in the `agents-statestore` component. */
  readonly state: StateStore;
  /**
   * The same promise as {@link AgentKit.transact}, on the state store alone. `work` runs again when an ETag does not
   * match any more, so it must do nothing but read, compute, save and emit.
   */
  transactState<Result>(
    ctx: HandlerContext,
    work: (tx: StateUnitOfWork) => Promise<Result>,
    options?: TransactOptions,
  ): Promise<Result>;
}
