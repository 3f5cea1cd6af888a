import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DatabaseFiles } from "../store/database-files.ts";

/** `files`: null for a store in memory. */
export interface StateDatabase {
  readonly db: DatabaseSync;
  readonly files: DatabaseFiles | null;
  /** Name of the table of values, quoted. */
  readonly table: string;
}

export interface StateTables {
  readonly table: string;
  readonly metadataTable: string;
}

const TABLES: StateTables = { table: "state", metadataTable: "metadata" };

/**
 * Opens a state store in the layout of Dapr's `state.sqlite` component, so that a real daprd can go on with the file:
 * https://docs.dapr.io/reference/components-reference/supported-state-stores/setup-sqlite/
 */
export function openStateDatabase(file: string, tables = TABLES): StateDatabase {
  const table = quoted(tables.table);
  const metadata = quoted(tables.metadataTable);
  if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(file, { timeout: 2000 });
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS ${metadata} (key text NOT NULL PRIMARY KEY, value text NOT NULL);
    CREATE TABLE IF NOT EXISTS ${table} (
      key TEXT NOT NULL PRIMARY KEY,
      value TEXT NOT NULL,
      is_binary BOOLEAN NOT NULL,
      etag TEXT NOT NULL,
      expiration_time TIMESTAMP DEFAULT NULL,
      update_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
    );
    INSERT OR IGNORE INTO ${metadata} (key, value) VALUES ('migrations', '1');
    COMMIT;`);
  return { db, files: file === ":memory:" ? null : new DatabaseFiles(file), table };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
