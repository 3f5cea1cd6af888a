import type { Kysely, Transaction } from "kysely";
import type { EventCodec } from "../domain/event-codec.ts";
import type { DomainEvent, EventReader, EventStore } from "../domain/event-store.ts";
import { AlreadyHandled } from "../handling/already-handled.ts";
import type { HandlerContext } from "../handling/context.ts";
import { Emitter } from "../outbox/emitter.ts";
import type { Emitting } from "../outbox/emitter.ts";
import { ANSWER_KEPT_MS, withProgress } from "../requests/requests.ts";
import { insideUnitOfWork } from "./inside-unit-of-work.ts";
import type { Projection } from "./projection.ts";
import { projectionStatuses } from "./projection-status.ts";
import type { ProjectionStatus } from "./projection-status.ts";
import { rebuild } from "./rebuild.ts";
import { lockAppends, SqlEventReader, SqlEventStore } from "./sql-event-store.ts";
import { SqlRequests } from "./sql-requests.ts";
import { SqlSnapshots } from "./sql-snapshots.ts";
import { kitTables } from "./tables.ts";
import type { KitTables, TableNames } from "./tables.ts";
import type { TransactOptions, UnitOfWork } from "./unit-of-work.ts";

const INBOX_KEPT_MS = 30 * 24 * 3_600_000;

/** Units of work on SQL: aggregate, event streams, inbox and outbox in one transaction. */
export class SqlWork<DB> {
  readonly #db: Kysely<DB>;
  readonly #names: TableNames;
  readonly #emitting: Emitting;
  readonly #projections: readonly Projection<DB>[];

  constructor(
    db: Kysely<DB>,
    names: TableNames,
    emitting: Emitting,
    projections: readonly Projection<DB>[] = [],
  ) {
    this.#db = db;
    this.#names = names;
    this.#emitting = emitting;
    this.#projections = projections;
  }

  async transact<Result>(
    ctx: HandlerContext,
    work: (tx: UnitOfWork<DB>) => Promise<Result>,
    options: TransactOptions = {},
  ): Promise<Result> {
    const emitter = new Emitter(this.#emitting, ctx);
    const result = await this.#db.transaction().execute((tx) =>
      insideUnitOfWork.run(true, async () => {
        if (ctx.event !== null && options.completes !== false) await this.#markHandled(tx, ctx.event.id);
        const outcome = await work({
          db: tx,
          emit: emitter.emit,
          events: (codec) => this.#streams(tx, codec, ctx),
          snapshots: (codec) => new SqlSnapshots(tx, this.#names, codec),
        });
        await this.#putIntoOutbox(tx, emitter);
        await this.#noteRequest(tx, ctx, emitter);
        return outcome;
      }),
    );
    ctx.noteEmitted(emitter.emitted, emitter.flows);
    return result;
  }

  events<Event extends DomainEvent>(codec: EventCodec<Event>): EventReader<Event> {
    return new SqlEventReader(this.#db, this.#names, codec);
  }

  /** @throws TypeError when the agent has no such projection. */
  async rebuild(name: string, signal?: AbortSignal): Promise<number> {
    const projection = this.#projections.find((known) => known.name === name);
    if (projection === undefined) throw new TypeError(`There is no projection ${name}.`);
    return await rebuild(this.#db, this.#names, projection, { now: this.#now(), signal });
  }

  async projections(): Promise<readonly ProjectionStatus[]> {
    return await projectionStatuses(this.#db, this.#names, this.#projections);
  }

  /** True when an earlier delivery of this event was handled to its end. */
  async isHandled(eventId: string): Promise<boolean> {
    const row = await kitTables<KitTables["inbox"]>(this.#db)
      .selectFrom(this.#names.inbox)
      .select("event_id")
      .where("event_id", "=", eventId)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Forgets events that were handled so long ago that no bus delivers them again, and old answers of commands. */
  async forgetOld(): Promise<void> {
    const now = this.#emitting.clock().getTime();
    await kitTables<KitTables["requests"]>(this.#db)
      .deleteFrom(this.#names.requests)
      .where("created_at", "<", new Date(now - ANSWER_KEPT_MS).toISOString())
      .execute();
    const before = new Date(now - INBOX_KEPT_MS).toISOString();
    await kitTables<KitTables["inbox"]>(this.#db)
      .deleteFrom(this.#names.inbox)
      .where("handled_at", "<", before)
      .execute();
  }

  #streams<Event extends DomainEvent>(
    tx: Transaction<DB>,
    codec: EventCodec<Event>,
    ctx: HandlerContext,
  ): EventStore<Event> {
    const { correlationId, causationId } = ctx.lineage;
    const metadata = { correlationId, causationId };
    const recording = { metadata, now: this.#now(), projections: this.#projections };
    return new SqlEventStore(tx, this.#names, codec, recording);
  }

  async #markHandled(tx: Transaction<DB>, eventId: string): Promise<void> {
    const { numInsertedOrUpdatedRows } = await kitTables<KitTables["inbox"]>(tx)
      .insertInto(this.#names.inbox)
      .values({ event_id: eventId, handled_at: this.#now() })
      .onConflict((conflict) => conflict.columns(["event_id"]).doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 0n) throw new AlreadyHandled(eventId);
  }

  /** With what the unit commits: a process that takes the command up after a crash knows what is done. */
  async #noteRequest(tx: Transaction<DB>, ctx: HandlerContext, emitter: Emitter): Promise<void> {
    if (ctx.request === null) return;
    const { request, correlationId, progress } = ctx;
    // Two replicas that got the same command come one after the other.
    await lockAppends(tx, this.#names);
    const requests = new SqlRequests(tx, this.#names, () => this.#now());
    const events = [...progress.events, ...emitter.emitted];
    const committed = { correlationId, progress: { ...progress, events } };
    await requests.note(request.id, withProgress(await requests.find(request.id), request, committed));
  }

  async #putIntoOutbox(tx: Transaction<DB>, emitter: Emitter): Promise<void> {
    const created_at = this.#now();
    for (const event of emitter.events) {
      await kitTables<KitTables["outbox"]>(tx)
        .insertInto(this.#names.outbox)
        .values({ id: event.id, envelope: JSON.stringify(event), created_at })
        .execute();
    }
  }

  #now(): string {
    return this.#emitting.clock().toISOString();
  }
}
