import type { z } from "zod";
import { AlreadyHandled } from "../handling/already-handled.ts";
import type { HandlerContext } from "../handling/context.ts";
import { Emitter } from "../outbox/emitter.ts";
import type { Emitting } from "../outbox/emitter.ts";
import { withProgress } from "../requests/requests.ts";
import type { KeyedRequest } from "../requests/idempotency-key.ts";
import type { TransactOptions } from "../sql/unit-of-work.ts";
import type { DaprState, StateWrite } from "./dapr-state.ts";
import type { StateOutbox } from "./state-outbox.ts";
import { EtagMismatch } from "./state-store.ts";
import { StateRequests } from "./state-requests.ts";
import type { SaveOptions, StateEntry, StateUnitOfWork } from "./state-store.ts";
import type { Turns } from "./turns.ts";
import { trusted } from "../process/trusted.ts";

const ATTEMPTS = 12;
/** Longer than any bus keeps an event for redelivery. */
const MARK_TTL_SECONDS = 30 * 24 * 3600;

/** Units of work on the state store: aggregate, the mark of the handled event and outgoing events in one transaction. */
export class StateWork {
  readonly #state: DaprState;
  readonly #outbox: StateOutbox;
  readonly #emitting: Emitting;
  readonly #turns: Turns;
  readonly #requests: StateRequests;
  #used = false;

  constructor(state: DaprState, outbox: StateOutbox, turns: Turns, emitting: Emitting) {
    this.#state = state;
    this.#requests = new StateRequests(state);
    this.#turns = turns;
    this.#outbox = outbox;
    this.#emitting = emitting;
  }

  /** True once a unit of work has run. */
  get used(): boolean {
    return this.#used;
  }

  async transact<Result>(
    ctx: HandlerContext,
    work: (tx: StateUnitOfWork) => Promise<Result>,
    options: TransactOptions = {},
  ): Promise<Result> {
    this.#used = true;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#turns.run(() => this.#attempt(ctx, work, options.completes !== false));
      } catch (error) {
        if (!(error instanceof EtagMismatch) || attempt === ATTEMPTS) throw error;
        ctx.log.debug("someone else has written the state, once more", { attempt });
      }
    }
  }

  /** True when an earlier delivery of this event was handled to its end. */
  async isHandled(eventId: string): Promise<boolean> {
    const key = markKey(eventId);
    return (await this.#state.read([key])).has(key);
  }

  async #attempt<Result>(
    ctx: HandlerContext,
    work: (tx: StateUnitOfWork) => Promise<Result>,
    completes: boolean,
  ): Promise<Result> {
    const unit = this.#emitting.newId();
    const writes: StateWrite[] = [];
    const handled = completes ? ctx.event : null;
    if (handled !== null) {
      if (await this.isHandled(handled.id)) throw new AlreadyHandled(handled.id);
      const mark = { unit, eventType: handled.type, handledAt: this.#emitting.clock().toISOString() };
      const options = { etag: "new", ttlInSeconds: MARK_TTL_SECONDS };
      writes.push({ kind: "save", key: markKey(handled.id), value: mark, options });
    }
    const emitter = new Emitter(this.#emitting, ctx);
    const result = await work(this.#unit(writes, emitter));
    if (ctx.request !== null) writes.push(await this.#noteRequest(ctx, ctx.request, emitter));
    if (emitter.events.length > 0) {
      const shelf = await this.#outbox.shelf(ctx.event?.id ?? ctx.correlationId);
      const events = [...shelf.events, ...emitter.events];
      writes.push({ kind: "save", key: shelf.key, value: { events }, options: { etag: shelf.etag } });
    }
    try {
      await this.#state.commit(writes);
    } catch (error) {
      if (error instanceof EtagMismatch) {
        // The mark first: with it an event would be lost, with the others one is published that did not happen.
        if (handled !== null) await this.#takeBackMark(handled.id, unit);
        await this.#outbox.takeBack(emitter.events.map(({ id }) => id));
      }
      throw error;
    }
    this.#outbox.noteWaiting(emitter.events.map((event) => event.id));
    ctx.noteEmitted(emitter.emitted, emitter.flows);
    return result;
  }

  /** With what the unit commits: a process that takes the command up after a crash knows what is done. */
  async #noteRequest(
    { correlationId, progress }: HandlerContext,
    request: KeyedRequest,
    emitter: Emitter,
  ): Promise<StateWrite> {
    const { found, etag } = await this.#requests.read(request.id);
    const events = [...progress.events, ...emitter.emitted];
    const committed = { correlationId, progress: { ...progress, events } };
    return this.#requests.toWrite(request.id, withProgress(found, request, committed), etag);
  }

  /**
   * Redis runs the rest of a transaction when one write of it fails, the mark and the outbox included. Our mark must go, or
   * the next attempt would take the event for handled.
   */
  async #takeBackMark(eventId: string, unit: string): Promise<void> {
    const key = markKey(eventId);
    const entry = (await this.#state.read([key])).get(key);
    if (entry === undefined || trusted<{ readonly unit: string }>(entry.value).unit !== unit) return;
    await this.#state.delete(key, { etag: entry.etag });
  }

  #unit(writes: StateWrite[], emitter: Emitter): StateUnitOfWork {
    return {
      get: <Value>(key: string, schema: z.ZodType<Value>): Promise<StateEntry<Value> | null> =>
        this.#state.get(key, schema),
      save: (key, value, options: SaveOptions = {}) => {
        writes.push({ kind: "save", key, value, options });
      },
      delete: (key, options = {}) => {
        writes.push({ kind: "delete", key, options });
      },
      emit: emitter.emit,
    };
  }
}

function markKey(eventId: string): string {
  return `kit/inbox/${eventId}`;
}
