import { sql } from "kysely";
import type { Kysely, RawBuilder, Transaction } from "kysely";
import { eventCodec, UnreadableEvent } from "../domain/event-codec.ts";
import type { EventCodec } from "../domain/event-codec.ts";
import { VersionConflict } from "../domain/event-store.ts";
import type { DomainEvent, EventStore, ReadAllOptions, RecordedEvent } from "../domain/event-store.ts";
import { trusted } from "../process/trusted.ts";
import type { Projection } from "./projection.ts";
import { kitTables } from "./tables.ts";
import type { KitTables, TableNames } from "./tables.ts";

/** The row of one event, as it is read. */
type EventRow = Omit<KitTables["events"], "position"> & { readonly position: number };

/** Streams in one SQL table, for reading. */
export class SqlEventReader<Event extends DomainEvent> {
  readonly #db: Kysely<Record<string, KitTables["events"]>>;
  readonly #table: string;
  readonly #codec: EventCodec<Event>;

  constructor(db: unknown, names: TableNames, codec: EventCodec<Event>) {
    this.#db = kitTables<KitTables["events"]>(db);
    this.#table = names.events;
    // A bare schema knows nothing of versions: it would take a newer shape for its own.
    this.#codec = codec.schemaVersion === undefined ? eventCodec(codec) : codec;
  }

  async read(streamId: string, after = 0): Promise<readonly RecordedEvent<Event>[]> {
    const rows = await this.#db
      .selectFrom(this.#table)
      .selectAll()
      .where("stream_id", "=", streamId)
      .where("version", ">", after)
      .orderBy("version")
      .execute();
    return rows.map((row) => toRecorded(row, this.#codec));
  }

  async readAll({ after = 0, limit = 500, streams = "" }: ReadAllOptions = {}): Promise<
    readonly RecordedEvent<Event>[]
  > {
    let rows = this.#db
      .selectFrom(this.#table)
      .selectAll()
      .where("position", ">", after)
      .orderBy("position")
      .limit(limit);
    if (streams !== "") rows = rows.where(isOneOf(streams));
    return (await rows.execute()).map((row) => toRecorded(row, this.#codec));
  }
}

/** Whether the id of a stream begins so. */
export function isOneOf(streams: string): RawBuilder<boolean> {
  const pattern = `${streams.replaceAll(/[\\%_[]/g, String.raw`\$&`)}%`;
  return sql<boolean>`stream_id like ${pattern} escape '\\'`;
}

/** What is recorded beside each event, and what is made from it in the same transaction. */
interface Recording<DB> {
  readonly metadata: Readonly<Record<string, string>>;
  readonly now: string;
  readonly projections: readonly Projection<DB>[];
}

/** Streams in one SQL table. Give it the transaction, so that streams and projections commit with the outbox. */
export class SqlEventStore<DB, Event extends DomainEvent>
  extends SqlEventReader<Event>
  implements EventStore<Event>
{
  readonly #tx: Transaction<DB>;
  readonly #names: TableNames;
  readonly #codec: EventCodec<Event>;
  readonly #recording: Recording<DB>;

  constructor(tx: Transaction<DB>, names: TableNames, codec: EventCodec<Event>, recording: Recording<DB>) {
    super(tx, names, codec);
    this.#tx = tx;
    this.#names = names;
    this.#codec = codec;
    this.#recording = recording;
  }

  async append(streamId: string, expectedVersion: number, events: readonly Event[]): Promise<number> {
    await lockAppends(this.#tx, this.#names);
    const actual = await this.#version(streamId);
    if (actual !== expectedVersion) throw new VersionConflict(streamId, expectedVersion, actual);
    const metadata = JSON.stringify(this.#recording.metadata);
    const db = kitTables<KitTables["events"]>(this.#tx);
    let version = actual;
    for (const { type, data } of events) {
      version += 1;
      const row = { stream_id: streamId, version, type, data: JSON.stringify(data), metadata };
      const schema_version = String(this.#codec.schemaVersion?.(type) ?? 1);
      await db
        .insertInto(this.#names.events)
        .values({ ...row, schema_version, recorded_at: this.#recording.now })
        .execute();
    }
    await this.#project(streamId, actual);
    return version;
  }

  async #project(streamId: string, after: number): Promise<void> {
    const projections = this.#recording.projections.filter(({ streams }) => streamId.startsWith(streams));
    if (projections.length === 0) return;
    // Read back, so that a projection sees now what it will see when it is rebuilt.
    for (const projection of projections) {
      const recorded = await new SqlEventReader(this.#tx, this.#names, projection.codec).read(
        streamId,
        after,
      );
      for (const each of recorded) await projection.apply(this.#tx, each);
    }
  }

  async #version(streamId: string): Promise<number> {
    const row = await kitTables<KitTables["events"]>(this.#tx)
      .selectFrom(this.#names.events)
      .select((eb) => eb.fn.max("version").as("version"))
      .where("stream_id", "=", streamId)
      .executeTakeFirst();
    return row?.version ?? 0;
  }
}

/**
 * Until this transaction ends, nobody else appends to any stream of the agent. So positions are given in the order of the
 * commits (a database that lets transactions run beside each other gives them at the insert, and a reader would pass by
 * an event that is committed late), and two who append to one stream never meet in its unique index.
 */
export async function lockAppends(tx: unknown, names: TableNames): Promise<void> {
  await kitTables<KitTables["appends"]>(tx)
    .updateTable(names.appends)
    .set((eb) => ({ count: eb("count", "+", 1) }))
    .where("id", "=", 1)
    .execute();
}

/** @throws UnreadableEvent that says where it stands. */
function toRecorded<Event extends DomainEvent>(
  row: EventRow,
  codec: EventCodec<Event>,
): RecordedEvent<Event> {
  return {
    streamId: row.stream_id,
    version: row.version,
    position: row.position,
    recordedAt: row.recorded_at,
    event: readEvent(row, codec),
    metadata: trusted<Record<string, string>>(JSON.parse(row.metadata)), // written by append, above
  };
}

function readEvent<Event extends DomainEvent>(row: EventRow, codec: EventCodec<Event>): Event {
  const { type, schema_version } = row;
  try {
    const data: unknown = JSON.parse(row.data);
    return codec.parse({ type, data, schemaVersion: Number(schema_version) });
  } catch (cause) {
    // On one line, and not all that a schema can say: it stands in answers and logs.
    const reason = (cause instanceof Error ? cause.message : String(cause))
      .replaceAll(/\s+/g, " ")
      .slice(0, 300);
    const place = `Event ${row.version} of the stream ${row.stream_id}`;
    throw new UnreadableEvent(
      `${place} (${type}, schema version ${schema_version}) cannot be read: ${reason}`,
      { cause },
    );
  }
}
