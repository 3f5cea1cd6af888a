import { sql } from "kysely";
import type { Generated, Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { trusted } from "../process/trusted.ts";

/** The kit's own tables, without the agent's prefix. */
export interface KitTables {
  inbox: { event_id: string; handled_at: string };
  outbox: { seq: Generated<number>; id: string; envelope: string; created_at: string };
  events: {
    position: Generated<number>;
    stream_id: string;
    version: number;
    type: string;
    data: string;
    metadata: string;
    schema_version: string;
    recorded_at: string;
  };
  /** One row, which whoever appends to a stream holds until the end of the transaction. */
  appends: { id: number; count: number };
  snapshots: { stream_id: string; version: number; schema_version: number; state: string };
  /** `rebuilt_at` is null in a row of before there was this column. */
  projections: { name: string; version: number; rebuilt_at: string | null };
  requests: {
    id: string;
    fingerprint: string;
    correlation_id: string;
    events: string;
    /** What else its units of work have come to; null in a row of before there was this column. */
    progress: string | null;
    answer: string | null;
    created_at: string;
  };
}

/** Names of the kit's tables of one agent; agents may share a database. */
export interface TableNames {
  readonly inbox: string;
  readonly outbox: string;
  readonly events: string;
  readonly appends: string;
  readonly snapshots: string;
  readonly projections: string;
  readonly requests: string;
}

export function tableNames(agent: string): TableNames {
  const prefix = agent.replaceAll("-", "_");
  return {
    inbox: `${prefix}_inbox`,
    outbox: `${prefix}_outbox`,
    events: `${prefix}_events`,
    appends: `${prefix}_appends`,
    snapshots: `${prefix}_snapshots`,
    projections: `${prefix}_projections`,
    requests: `${prefix}_requests`,
  };
}

/** The same connection, seen with the kit's tables instead of the agent's: their names are known at run time only. */
export function kitTables<Table>(db: unknown): Kysely<Record<string, Table>> {
  return trusted<Kysely<Record<string, Table>>>(db);
}

/** Migrations of the kit's own tables. Add to them; never change one that was released. */
export function kitMigrations(names: TableNames): Record<string, Migration> {
  return {
    "0001_inbox_outbox_events": {
      async up(db) {
        await db.schema
          .createTable(names.inbox)
          .addColumn("event_id", "varchar(100)", (column) => column.primaryKey())
          .addColumn("handled_at", "varchar(30)", (column) => column.notNull())
          .execute();
        await db.schema
          .createTable(names.outbox)
          .addColumn("seq", "integer", (column) => column.primaryKey().autoIncrement())
          .addColumn("id", "varchar(100)", (column) => column.notNull().unique())
          .addColumn("envelope", "text", (column) => column.notNull())
          .addColumn("created_at", "varchar(30)", (column) => column.notNull())
          .execute();
        await db.schema
          .createTable(names.events)
          .addColumn("position", "integer", (column) => column.primaryKey().autoIncrement())
          .addColumn("stream_id", "varchar(200)", (column) => column.notNull())
          .addColumn("version", "integer", (column) => column.notNull())
          .addColumn("type", "varchar(200)", (column) => column.notNull())
          .addColumn("data", "text", (column) => column.notNull())
          .addColumn("metadata", "text", (column) => column.notNull())
          .addColumn("schema_version", "varchar(20)", (column) => column.notNull())
          .addColumn("recorded_at", "varchar(30)", (column) => column.notNull())
          .addUniqueConstraint(`${names.events}_stream`, ["stream_id", "version"])
          .execute();
        await sql`create index ${sql.id(`${names.inbox}_handled`)} on ${sql.table(names.inbox)} (handled_at)`.execute(
          db,
        );
      },
    },
    "0002_snapshots_projections": {
      async up(db) {
        await db.schema
          .createTable(names.appends)
          .addColumn("id", "integer", (column) => column.primaryKey())
          .addColumn("count", "integer", (column) => column.notNull())
          .execute();
        await kitTables<KitTables["appends"]>(db)
          .insertInto(names.appends)
          .values({ id: 1, count: 0 })
          .execute();
        await db.schema
          .createTable(names.snapshots)
          .addColumn("stream_id", "varchar(200)", (column) => column.primaryKey())
          .addColumn("version", "integer", (column) => column.notNull())
          .addColumn("schema_version", "integer", (column) => column.notNull())
          .addColumn("state", "text", (column) => column.notNull())
          .execute();
        await db.schema
          .createTable(names.projections)
          .addColumn("name", "varchar(100)", (column) => column.primaryKey())
          .addColumn("version", "integer", (column) => column.notNull())
          .execute();
      },
    },
    "0003_requests": {
      async up(db) {
        await db.schema
          .createTable(names.requests)
          .addColumn("id", "varchar(64)", (column) => column.primaryKey())
          .addColumn("fingerprint", "varchar(64)", (column) => column.notNull())
          .addColumn("correlation_id", "varchar(100)", (column) => column.notNull())
          .addColumn("events", "text", (column) => column.notNull())
          .addColumn("answer", "text")
          .addColumn("created_at", "varchar(30)", (column) => column.notNull())
          .execute();
        await db.schema
          .createIndex(`${names.requests}_created`)
          .on(names.requests)
          .column("created_at")
          .execute();
      },
    },
    "0004_requests_progress": {
      async up(db) {
        await db.schema.alterTable(names.requests).addColumn("progress", "text").execute();
      },
    },
    "0005_projections_rebuilt": {
      async up(db) {
        await db.schema.alterTable(names.projections).addColumn("rebuilt_at", "varchar(30)").execute();
      },
    },
  };
}
