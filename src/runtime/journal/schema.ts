import { mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { AgentsError } from "../model/errors.ts";

/** Written into `PRAGMA user_version`; grows whenever the tables change. */
export const SCHEMA_VERSION = 2;

/** The oldest version that is read as it is: what came later are tables and columns that readers do not need. */
export const OLDEST_READABLE = 1;

/** Where the bus and the journal of a project live. One file: the bus's own tables are the journal. */
export function eventsFile(stateDir: string): string {
  return join(stateDir, "events.db");
}

/** Instead of a file: a journal that ends with its process. */
export const IN_MEMORY = ":memory:";

/*
 * `seq`, `deliveries.id` and `change` are drawn from one counter. So one number is at once the position of an event,
 * the order of a lane, and a cursor for whoever follows: everything that is new or has changed since lies above it.
 *
 * deliveries is clustered by event (the journal asks by event); its partial indexes hold only what is still to be
 * done, so a lane's next page costs the same with ten finished deliveries or ten million.
 */
const TABLES = `
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  pubsub TEXT NOT NULL,
  topic TEXT NOT NULL,
  type TEXT NOT NULL,
  source TEXT,
  subject TEXT,
  correlation TEXT,
  causation TEXT,
  time INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  body BLOB NOT NULL,
  raw INTEGER NOT NULL,
  metadata TEXT,
  traceparent TEXT,
  expires INTEGER,
  depth INTEGER NOT NULL,
  dead_letter_of INTEGER
) STRICT;
CREATE INDEX events_id ON events (id);
CREATE INDEX events_correlation ON events (correlation) WHERE correlation IS NOT NULL;
CREATE INDEX events_causation ON events (causation) WHERE causation IS NOT NULL;
CREATE INDEX events_dead_letter ON events (dead_letter_of) WHERE dead_letter_of IS NOT NULL;

CREATE TABLE deliveries (
  event INTEGER NOT NULL,
  id INTEGER NOT NULL,
  agent TEXT NOT NULL,
  status TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_at INTEGER,
  duration REAL,
  error TEXT,
  change INTEGER NOT NULL,
  PRIMARY KEY (event, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_pending ON deliveries (agent, id) WHERE status = 'pending';
CREATE INDEX deliveries_retrying ON deliveries (agent, next_at) WHERE status = 'retrying';
CREATE INDEX deliveries_delivering ON deliveries (event) WHERE status = 'delivering';
CREATE INDEX deliveries_dead ON deliveries (event) WHERE status = 'dead';
CREATE INDEX deliveries_change ON deliveries (change);

CREATE TABLE subscriptions (
  agent TEXT NOT NULL,
  pubsub TEXT NOT NULL,
  topic TEXT NOT NULL,
  declared INTEGER NOT NULL,
  definition TEXT,
  PRIMARY KEY (agent, pubsub, topic)
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/*
 * What a journal of Redis streams needs beside the events: where an event stands in its stream, how far each stream was
 * read, and which deliveries were told before the publication that they belong to.
 */
const STREAMS = `
ALTER TABLE events ADD COLUMN entry TEXT;
CREATE TABLE stream_positions (stream TEXT PRIMARY KEY, entry TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE early_deliveries (event INTEGER NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (event, id)) STRICT, WITHOUT ROWID;
`;

/** What leads from each version to the next. */
const STEPS: readonly string[] = [TABLES, STREAMS];

/** What opening the events file for writing gave; `movedAside`: where an unreadable one was put. */
export interface OpenedEvents {
  readonly db: DatabaseSync;
  readonly movedAside: string | null;
}

/**
 * Opens the events file for its one writer, makes it where it is missing. A file that SQLite cannot read is moved aside
 * (never deleted) so that a damaged journal is no reason not to start.
 */
export function openEventsForWriting(file: string): OpenedEvents {
  if (file === IN_MEMORY) return { db: openFile(file), movedAside: null };
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    return { db: openFile(file), movedAside: null };
  } catch (error) {
    if (!isDamaged(error)) throw error;
    const aside = `${file}.broken-${Date.now()}`;
    renameSync(file, aside);
    for (const suffix of ["-wal", "-shm"]) moveIfThere(file + suffix, aside + suffix);
    return { db: openFile(file), movedAside: aside };
  }
}

function openFile(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 2000 });
  try {
    // `full`: a commit survives a power cut, until the writer syncs the log itself (GroupCommit).
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000;");
    const found = Number(db.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
    if (found > SCHEMA_VERSION) throw newerVersion(file, found);
    if (found < SCHEMA_VERSION) {
      const steps = STEPS.slice(found).join("");
      db.exec(`BEGIN IMMEDIATE;${steps}PRAGMA user_version = ${SCHEMA_VERSION};COMMIT;`);
    }
    return db;
  } catch (error) {
    db.close();
    if (isLocked(error)) throw locked(file, error);
    throw error;
  }
}

function newerVersion(file: string, found: number): AgentsError {
  return new AgentsError("AGENTS_STATE_BROKEN", `${file} was written by a newer version of agents`, {
    path: file,
    expected: `schema version ${SCHEMA_VERSION}`,
    found: `schema version ${found}`,
    hint: "Update agents-apphost, or move the file away to start with an empty journal.",
  });
}

function locked(file: string, cause: unknown): AgentsError {
  return new AgentsError("AGENTS_STATE_LOCKED", `${file} is in use by another process`, {
    path: file,
    hint: "Stop the other run of this project with `agents down`.",
    cause,
  });
}

function sqliteCode(error: unknown): number {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number"
    ? error.errcode & 0xff
    : 0;
}

const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function isLocked(error: unknown): boolean {
  return sqliteCode(error) === SQLITE_BUSY;
}

function isDamaged(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    // It was not there: SQLite removes both when the last connection closes.
  }
}
