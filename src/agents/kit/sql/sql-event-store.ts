import type { Kysely } from "kysely";
import { VersionConflict } from "../domain/event-store.ts";
import type { DomainEvent, EventStore, RecordedEvent } from "../domain/event-store.ts";
import type { KitTables, TableNames } from "./tables.ts";
import type { EventCodec } from "./unit-of-work.ts";
import { trusted } from "../process/trusted.ts";

/** What is recorded beside each event. */
interface RecordContext {
  readonly metadata: Readonly<Record<string, string>>;
  readonly now: string;
}

type Tables = Record<string, KitTables["events"]>;

/** Streams in one SQL table. Give it the transaction, so that streams commit with the outbox. */
export class SqlEventStore<Event extends DomainEvent> implements EventStore<Event> {
  readonly #db: Kysely<Tables>;
  readonly #table: string;
  readonly #codec: EventCodec<Event>;
  readonly #context: RecordContext;

  constructor(db: Kysely<Tables>, names: TableNames, codec: EventCodec<Event>, context: RecordContext) {
    this.#db = db;
    this.#table = names.events;
    this.#codec = codec;
    this.#context = context;
  }

  async read(streamId: string): Promise<readonly RecordedEvent<Event>[]> {
    const rows = await this.#db
      .selectFrom(this.#table)
      .selectAll()
      .where("stream_id", "=", streamId)
      .orderBy("version")
      .execute();
    return rows.map((row) => {
      const data: unknown = JSON.parse(row.data);
      return {
        streamId,
        version: row.version,
        position: row.position,
        recordedAt: row.recorded_at,
        event: this.#codec.parse({ type: row.type, data, schemaVersion: row.schema_version }),
        metadata: trusted<Record<string, string>>(JSON.parse(row.metadata)), // written by append, below
      };
    });
  }

  async append(streamId: string, expectedVersion: number, events: readonly Event[]): Promise<number> {
    const actual = await this.#version(streamId);
    if (actual !== expectedVersion) throw new VersionConflict(streamId, expectedVersion, actual);
    const metadata = JSON.stringify(this.#context.metadata);
    let version = actual;
    for (const event of events) {
      version += 1;
      await this.#db
        .insertInto(this.#table)
        .values({
          stream_id: streamId,
          version,
          type: event.type,
          data: JSON.stringify(event.data),
          metadata,
          schema_version: "1",
          recorded_at: this.#context.now,
        })
        .execute();
    }
    return version;
  }

  async #version(streamId: string): Promise<number> {
    const row = await this.#db
      .selectFrom(this.#table)
      .select((eb) => eb.fn.max("version").as("version"))
      .where("stream_id", "=", streamId)
      .executeTakeFirst();
    return row?.version ?? 0;
  }
}
