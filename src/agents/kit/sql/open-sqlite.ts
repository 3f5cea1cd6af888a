import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import { StartError } from "../process/start-error.ts";
import { SqliteConnection, SqliteDriver } from "./connection.ts";
import { migrate } from "./migrate.ts";
import type { OpenDatabase, OpenOptions } from "./database.ts";

class Adapter extends SqliteAdapter {
  /** Who waits for whom is decided in our driver, which also knows who would wait for itself. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  /** SQLite can change a schema inside a transaction; with that, two processes that start together migrate once. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function kyselyOn<DB>(connection: SqliteConnection, ready: Promise<void>): Kysely<DB> {
  return new Kysely<DB>({
    dialect: {
      createAdapter: () => new Adapter(),
      createDriver: () => new SqliteDriver(connection, ready),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}

/** Opens a file, and makes it where there is none. @throws StartError */
export function openSqlite<DB>({ agent, url, migrations, prepare }: OpenOptions<DB>): OpenDatabase<DB> {
  const file = openFile(agent, url);
  const connection = new SqliteConnection(file);
  const early = Promise.resolve();
  const ready = migrate(kyselyOn(connection, early), agent, migrations).then(() =>
    prepare?.(kyselyOn<DB>(connection, early)),
  );
  // Whoever needs the database sees the error; nobody needing it yet is no reason to crash.
  ready.catch(() => undefined);
  return {
    db: kyselyOn<DB>(connection, ready),
    ready,
    close: async () => {
      await ready.catch(() => undefined);
      file.close();
    },
  };
}

function openFile(agent: string, url: string): DatabaseSync {
  const path = /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(url)?.[1];
  if (path === undefined) {
    throw new StartError(
      `${agent} cannot open its database: its URL names no file`,
      "Set the URL to sqlite:/absolute/path/of/a/file.db.",
    );
  }
  try {
    if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
    const file = new DatabaseSync(path);
    configure(file);
    return file;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(
      `${agent} cannot open its database ${path}: ${reason}`,
      "Check that the folder exists and can be written to.",
      { cause: error, mayPass: true },
    );
  }
}

const BUSY = 5; // SQLITE_BUSY
const WAL_ATTEMPTS = 200;

function configure(file: DatabaseSync): void {
  file.exec("pragma busy_timeout = 10000; pragma foreign_keys = on");
  // Switching to WAL needs the file for a moment alone, and SQLite does not wait for that: others may be starting too.
  for (let attempt = 1; ; attempt += 1) {
    try {
      file.exec("pragma journal_mode = wal");
      break;
    } catch (error) {
      if (!isBusy(error) || attempt === WAL_ATTEMPTS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5 + Math.random() * 10);
    }
  }
  // What an agent has acknowledged must survive a power cut.
  file.exec("pragma synchronous = full");
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === BUSY;
}
