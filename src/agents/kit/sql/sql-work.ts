import type { Kysely, Transaction } from "kysely";
import type { DomainEvent, EventStore } from "../domain/event-store.ts";
import { AlreadyHandled } from "../handling/already-handled.ts";
import type { HandlerContext } from "../handling/context.ts";
import { Emitter } from "../outbox/emitter.ts";
import type { Emitting } from "../outbox/emitter.ts";
import { insideUnitOfWork } from "./connection.ts";
import { SqlEventStore } from "./sql-event-store.ts";
import type { KitTables, TableNames } from "./tables.ts";
import type { EventCodec, TransactOptions, UnitOfWork } from "./unit-of-work.ts";
import { trusted } from "../process/trusted.ts";

const INBOX_KEPT_MS = 30 * 24 * 3_600_000;

/** Units of work on SQL: aggregate, event streams, inbox and outbox in one transaction. */
export class SqlWork<DB> {
  readonly #db: Kysely<DB>;
  readonly #names: TableNames;
  readonly #emitting: Emitting;

  constructor(db: Kysely<DB>, names: TableNames, emitting: Emitting) {
    this.#db = db;
    this.#names = names;
    this.#emitting = emitting;
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
        });
        await this.#putIntoOutbox(tx, emitter);
        return outcome;
      }),
    );
    ctx.noteEmitted(emitter.emitted);
    return result;
  }

  events<Event extends DomainEvent>(codec: EventCodec<Event>): Pick<EventStore<Event>, "read"> {
    return new SqlEventStore(kitTables<KitTables["events"]>(this.#db), this.#names, codec, {
      metadata: {},
      now: this.#now(),
    });
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

  /** Forgets events that were handled so long ago that no bus delivers them again. */
  async forgetOld(): Promise<void> {
    const before = new Date(this.#emitting.clock().getTime() - INBOX_KEPT_MS).toISOString();
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
    return new SqlEventStore(kitTables<KitTables["events"]>(tx), this.#names, codec, {
      metadata: { correlationId, causationId },
      now: this.#now(),
    });
  }

  async #markHandled(tx: Transaction<DB>, eventId: string): Promise<void> {
    const { numInsertedOrUpdatedRows } = await kitTables<KitTables["inbox"]>(tx)
      .insertInto(this.#names.inbox)
      .values({ event_id: eventId, handled_at: this.#now() })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 0n) throw new AlreadyHandled(eventId);
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

/** The same connection, seen with the kit's tables instead of the agent's: their names are known at run time only. */
export function kitTables<Table>(db: unknown): Kysely<Record<string, Table>> {
  return trusted<Kysely<Record<string, Table>>>(db);
}
