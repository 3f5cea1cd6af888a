import type { Lineage } from "../events/standard-event.ts";
import type { Logger } from "../log/logger.ts";
import type { GeneratedBy } from "../model/chat-model.ts";

/** An event that a handler emitted. */
export interface EmittedEvent {
  readonly id: string;
  readonly eventType: string;
}

/** How a context comes to be. */
interface ContextSource {
  readonly correlationId: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** The event that is handled; null for a request. */
  readonly event: { readonly id: string; readonly type: string } | null;
  /** Depth of the event that is handled; null for a request. */
  readonly depth: number | null;
  readonly traceparent: string | null;
}

/**
 * The work in hand: one request or one delivery. Handlers pass it on to `kit.transact`, `kit.transactState` and
 * `kit.generate`, which is how correlation and causation reach every event, and how the answer of a command knows what
 * was emitted and which model was asked.
 */
export class HandlerContext {
  readonly correlationId: string;
  /** Log lines carry the correlation id. */
  readonly log: Logger;
  /** Aborted when the caller has gone or the agent must stop now. */
  readonly signal: AbortSignal;
  /** The event that is handled; null for a request. */
  readonly event: { readonly id: string; readonly type: string } | null;
  /** What events that are emitted now inherit. */
  readonly lineage: Lineage;
  readonly #emitted: EmittedEvent[] = [];
  #generatedBy: GeneratedBy | null = null;
  #promptRef: string | null = null;

  constructor(source: ContextSource) {
    this.correlationId = source.correlationId;
    this.log = source.log;
    this.signal = source.signal;
    this.event = source.event;
    this.lineage = {
      correlationId: source.correlationId,
      causationId: source.event?.id ?? source.correlationId,
      depth: source.depth === null ? 0 : source.depth + 1,
      traceparent: source.traceparent,
    };
  }

  /** What was emitted and committed so far. */
  get emitted(): readonly EmittedEvent[] {
    return this.#emitted;
  }

  /** Who made the texts of this work; null while no model was asked. */
  get generatedBy(): GeneratedBy | null {
    return this.#generatedBy;
  }

  /** `name@version+hash` of the prompt that was rendered last. */
  get promptRef(): string | null {
    return this.#promptRef;
  }

  /** For the kit: a unit of work with these events was committed. */
  noteEmitted(events: readonly EmittedEvent[]): void {
    this.#emitted.push(...events);
  }

  /** For the kit: a model was asked. A sample is never hidden behind a live answer. */
  noteGeneration(generatedBy: GeneratedBy, promptRef: string): void {
    if (this.#generatedBy !== "sample") this.#generatedBy = generatedBy;
    this.#promptRef = promptRef;
  }
}
