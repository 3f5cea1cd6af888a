import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import type { TestSystem } from "../../../helpers/test-system.ts";

/** An event as it lies in the table of an agent, of whichever version. */
export interface StoredEvent {
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly data: unknown;
  readonly schemaVersion?: number;
}

/** The database that the agents of a system share, as somebody with a SQLite shell sees it. */
export function databaseOf(system: Pick<TestSystem, "dir">): DatabaseSync {
  return new DatabaseSync(join(system.dir, "agentsdb.db"), { timeout: 10_000 });
}

/** Puts events into the streams of an agent, past its code. */
export function store(database: DatabaseSync, agent: string, events: readonly StoredEvent[]): void {
  const insert = database.prepare(
    `insert into ${agent}_events (stream_id, version, type, data, metadata, schema_version, recorded_at)
     values (?, ?, ?, ?, '{"correlationId":"c-old"}', ?, '2026-01-05T09:00:00.000Z')`,
  );
  database.exec("begin immediate");
  for (const { stream, version, type, data, schemaVersion = 1 } of events)
    insert.run(stream, version, type, JSON.stringify(data), String(schemaVersion));
  database.exec("commit");
}

/** Resolves as soon as another process writes: its transaction is under way. */
export async function untilSomebodyWrites(system: Pick<TestSystem, "dir">): Promise<void> {
  using database = new DatabaseSync(join(system.dir, "agentsdb.db"), { timeout: 0 });
  for (;;) {
    try {
      database.exec("begin immediate");
    } catch {
      return;
    }
    database.exec("rollback");
    await new Promise((resolve) => setImmediate(resolve));
  }
}
