import { randomUUID } from "node:crypto";
import type { Precondition } from "../domain/decide-on.ts";
import type { EmittedEvent } from "../events/emit.ts";
import type { Lineage } from "../events/standard-event.ts";
import type { Logger } from "../log/logger.ts";
import type { GeneratedBy } from "../model/chat-model.ts";
import type { KeyedRequest } from "../requests/idempotency-key.ts";
import { NO_PROGRESS } from "../requests/progress.ts";
import type { Progress } from "../requests/progress.ts";
import { nameBasedId } from "./name-based-id.ts";

/** Namespace of the ids of works; never to be changed. */
const WORKS = "4b1f2c53-7d0a-4a52-9f0e-6f1c8a3e2d90";

/** How a context comes to be. */
interface ContextSource {
  readonly correlationId: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** The event that is handled; null for a request. */
  readonly event: { readonly id: string; readonly type: string } | null;
  /** Depth of the event that is handled; null for a request. */
  readonly depth: number | null;
  /** Where events that are emitted belong in a trace: W3C Trace Context. */
  readonly traceparent: string | null;
  readonly tracestate?: string | null | undefined;
  /** The idempotency key that a command came with, and what of it is known from earlier. */
  readonly request?: (KeyedRequest & { readonly progress: Progress | null }) | undefined;
  readonly precondition?: Precondition | undefined;
  /** What events inherit, where it does not follow from the rest: work that was left for later. */
  readonly lineage?: Lineage | undefined;
}

/**
 * The work in hand: one request or one delivery. Handlers pass it on to `kit.transact`, `kit.transactState` and
 * `kit.generate`, which is how correlation and causation reach every event, and how the answer of a command knows what
 * was emitted and which model was asked.
 */
export class HandlerContext {
  /** A UUID that everything caused by one request or root event shares. */
  readonly correlationId: string;
  /** Log lines carry the correlation id. */
  readonly log: Logger;
  /** Aborted when the caller has gone or the agent must stop now. */
  readonly signal: AbortSignal;
  /** The event that is handled; null for a request. */
  readonly event: { readonly id: string; readonly type: string } | null;
  /** What events that are emitted now inherit. */
  readonly lineage: Lineage;
  /** What a request's `If-Match` expects of the version of the aggregate, for `decideOn`. */
  readonly precondition: Precondition | undefined;
  /**
   * True when this command ran before with the same idempotency key, committed something, and never got to answer. Where
   * running it again would not find out by itself what is done already, answer with what is there.
   */
  readonly resumed: boolean;
  /** For the kit: the command came with an idempotency key. */
  readonly request: KeyedRequest | null;
  #workId: string | undefined;
  #etag: string | null = null;
  readonly #emitted: EmittedEvent[] = [];
  readonly #flows = new Set<string>();
  readonly #met = new Set<string>();
  #generatedBy: GeneratedBy | null = null;
  #promptRef: string | null = null;

  constructor(source: ContextSource) {
    this.correlationId = source.correlationId;
    this.log = source.log;
    this.signal = source.signal;
    this.event = source.event;
    this.request = source.request ?? null;
    const earlier = source.request?.progress ?? NO_PROGRESS;
    this.resumed = earlier !== NO_PROGRESS;
    this.#emitted.push(...earlier.events);
    this.#flows.add(source.correlationId);
    this.#generatedBy = earlier.generatedBy;
    this.#promptRef = earlier.promptRef;
    this.precondition = source.precondition && this.#noting(source.precondition, earlier.met);
    this.lineage = source.lineage ?? {
      correlationId: source.correlationId,
      causationId: source.event?.id ?? source.correlationId,
      depth: source.depth === null ? 0 : source.depth + 1,
      traceparent: source.traceparent,
      ...(source.tracestate ? { tracestate: source.tracestate } : {}),
    };
  }

  /**
   * A UUID of this work: the same for every delivery of an event, and for every repetition of a command with the same
   * idempotency key; otherwise a new one. Derive the id of what is created from it, and work that is repeated after a crash
   * finds what it created the first time.
   */
  get workId(): string {
    const cause = this.request === null ? this.event : this.request;
    this.#workId ??= cause === null ? randomUUID() : nameBasedId(WORKS, cause.id);
    return this.#workId;
  }

  /** The ETag of the answer; null when none was noted. */
  get etag(): string | null {
    return this.#etag;
  }

  /** Says which version of an aggregate the answer shows: it is sent as the strong ETag `"<version>"`. */
  noteVersion(version: number): void {
    this.#etag = `"${version}"`;
  }

  /** The events that were emitted and committed so far. */
  get emitted(): readonly EmittedEvent[] {
    return this.#emitted;
  }

  /** Who made the texts of this work; null while no model took part. */
  get generatedBy(): GeneratedBy | null {
    return this.#generatedBy;
  }

  /** `name@version+hash` of the prompt that was rendered last, else of the first one whose text is shown. */
  get promptRef(): string | null {
    return this.#promptRef;
  }

  /** For the kit: what this work has come to, for whoever has to go on with it after a crash. */
  get progress(): Progress {
    const { emitted, generatedBy, promptRef } = this;
    return { events: emitted, met: [...this.#met], generatedBy, promptRef };
  }

  /** For the kit: a unit of work with these events was committed. `flows` are the correlation ids that they have. */
  noteEmitted(events: readonly EmittedEvent[], flows: Iterable<string>): void {
    this.#emitted.push(...events);
    for (const flow of flows) this.#flows.add(flow);
  }

  /** For the kit: where there is something to publish. Mostly this work's own flow; an event may be given another one. */
  get flows(): ReadonlySet<string> {
    return this.#flows;
  }

  /**
   * Says who made a text that was stored earlier and is part of this answer, so that the answer is marked accordingly. What a
   * model is asked in this work the kit notes by itself.
   */
  noteShown(text: { readonly generatedBy: GeneratedBy | null; readonly promptRef: string | null }): void {
    const { generatedBy, promptRef } = text;
    if (generatedBy === null) return;
    if (this.#generatedBy === null || generatedBy === "sample") this.#generatedBy = generatedBy;
    this.#promptRef ??= promptRef;
  }

  /** For the kit: a model was asked. A sample is never hidden behind a live answer. */
  noteGeneration(generatedBy: GeneratedBy, promptRef: string): void {
    if (this.#generatedBy !== "sample") this.#generatedBy = generatedBy;
    this.#promptRef = promptRef;
  }

  /** The process that did this work before met its precondition, and what it did may have moved the version on. */
  #noting(precondition: Precondition, before: readonly string[]): Precondition {
    return {
      check: (streamId, version) => {
        if (before.includes(streamId)) return;
        precondition.check(streamId, version);
        this.#met.add(streamId);
      },
    };
  }
}
