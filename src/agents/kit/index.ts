/**
 * Everything that an agent is made of: `agents-apphost/kit`.
 *
 * @example
 * await runAgent({
 *   name: "greeter",
 *   description: "Greets people.",
 *   publishes: events,
 *   compose: (kit) => ({
 *     commands: [
 *       command({
 *         name: "Greet",
 *         path: "/execute",
 *         input: z.object({ who: z.string().min(1) }),
 *         output: z.object({ greeting: z.string() }),
 *         handler: async ({ who }, ctx) => {
 *           const { output } = await kit.generate(ctx, { prompt: "greet", input: { who }, output: greeting });
 *           return output;
 *         },
 *       }),
 *     ],
 *   }),
 * });
 */
export { runAgent } from "./run-agent.ts";
export { StartError } from "./process/start-error.ts";
export type {
  AgentDefinition,
  AgentKit,
  AgentParts,
  Generated,
  GenerateRequest,
  LaterWork,
} from "./agent.ts";

export { command, on, query } from "./handling/routes.ts";
export type {
  CommandOptions,
  CommandRoute,
  EventSubscription,
  QueryRoute,
  RouteOptions,
  SubscriptionOptions,
} from "./handling/routes.ts";
export { nameBasedId } from "./handling/name-based-id.ts";
export { DropEvent } from "./handling/drop-event.ts";
export { DueWork } from "./handling/due-work.ts";
export type { DueWorkOptions } from "./handling/due-work.ts";
export { HandlerContext } from "./handling/context.ts";

export { defineEvent } from "./events/define-event.ts";
export type { EventDefinition, EventDefinitionOptions } from "./events/define-event.ts";
export type { CloudEvent, Lineage, StandardEvent, StandardEventData } from "./events/standard-event.ts";
export type { Emit, EmitOptions, EmittedEvent } from "./events/emit.ts";

export { fold } from "./domain/decider.ts";
export type { Decider } from "./domain/decider.ts";
export { decideOn, loadState } from "./domain/decide-on.ts";
export type { DecideOptions, Decision, Precondition } from "./domain/decide-on.ts";
export { blankOut, instructionFinder } from "./domain/instructions.ts";
export type { Instruction, InstructionVocabulary, Span } from "./domain/instructions.ts";
export { inventedFacts } from "./domain/invented-facts.ts";
export { VersionConflict } from "./domain/event-store.ts";
export type {
  DomainEvent,
  EventReader,
  EventStore,
  ReadAllOptions,
  RecordedEvent,
} from "./domain/event-store.ts";
export { eventCodec, UnreadableEvent } from "./domain/event-codec.ts";
export type { EventCodec, StoredEvent, Upcaster } from "./domain/event-codec.ts";
export type { Loaded, SnapshotCodec, Snapshots } from "./domain/snapshots.ts";

export { conflict, invalid, notFound, Problem } from "./http/problem.ts";
export type { ProblemIssue, ProblemOptions } from "./http/problem.ts";

export { cutPage, pageOf, pageQuery } from "./http/paging.ts";
export type { Page } from "./http/paging.ts";

export type { Projection } from "./sql/projection.ts";
export type { TransactOptions, UnitOfWork } from "./sql/unit-of-work.ts";
export { anyOf } from "./sql/any-of.ts";
export { isUniqueViolation } from "./sql/unique-violation.ts";
export { sql } from "kysely";
export type { Generated as GeneratedColumn, Insertable, Kysely, Selectable, Transaction } from "kysely";
export type { Migration } from "kysely/migration";

export { EtagMismatch, SidecarFailure } from "./state/state-store.ts";
export type { SaveOptions, StateEntry, StateStore, StateUnitOfWork } from "./state/state-store.ts";

export { ModelUnavailable, OutputInvalid } from "./model/chat-model.ts";
export type {
  CallOptions,
  ChatMessage,
  ChatModel,
  ChatRequest,
  ChatResponse,
  ChatStream,
  GeneratedBy,
  JsonSchema,
  ModelDescription,
  ModelUnavailableReason,
  OutputIssue,
} from "./model/chat-model.ts";

export { isSampleText } from "./model/sample-mark.ts";

export type { PromptAssertion } from "./prompts/assertion.ts";
export { PromptInputInvalid, PromptNotFound } from "./prompts/prompt.ts";
export type {
  Prompt,
  PromptExample,
  PromptModelSettings,
  PromptRegistry,
  PromptStatus,
  PromptTest,
} from "./prompts/prompt.ts";

export { createLogger } from "./log/logger.ts";
export type { LogFields, Logger } from "./log/logger.ts";
