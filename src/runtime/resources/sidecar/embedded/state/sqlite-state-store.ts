import { randomUUID } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { DatabaseFiles } from "../store/database-files.ts";
import { GroupCommit } from "../store/group-commit.ts";
import type { StateDatabase } from "./state-database.ts";
import { StateError } from "./state-error.ts";
import { refuseTtl } from "./state-request.ts";
import type { StateStore } from "./state-store.ts";
import type { StateDelete, StateItem, StateOperation, StateSet } from "./state-request.ts";

const LIVE = "(expiration_time IS NULL OR expiration_time > CURRENT_TIMESTAMP)";

/** `state.sqlite` and `state.in-memory`. */
export class SqliteStateStore implements StateStore {
  readonly name: string;
  readonly keyPrefix: string;
  readonly capabilities = ["ETAG", "TRANSACTIONAL", "TTL"];
  readonly queryProblem = null;
  readonly commit: GroupCommit;
  readonly files: DatabaseFiles | null;
  readonly #db: DatabaseSync;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #replace: StatementSync;
  readonly #exists: StatementSync;
  readonly #delete: StatementSync;
  readonly #deleteTagged: StatementSync;
  readonly #sweep: StatementSync;

  constructor(
    { db, files, table }: StateDatabase,
    component: { readonly name: string; readonly keyPrefix: string },
  ) {
    this.name = component.name;
    this.keyPrefix = component.keyPrefix;
    this.#db = db;
    this.files = files;
    this.commit = new GroupCommit(db, files);
    const expires = "CASE WHEN ? > 0 THEN DATETIME(CURRENT_TIMESTAMP, '+' || ? || ' seconds') END";
    this.#get = db.prepare(
      `SELECT value, is_binary, etag, expiration_time FROM ${table} WHERE key = ? AND ${LIVE}`,
    );
    this.#exists = db.prepare(`SELECT 1 FROM ${table} WHERE key = ? AND ${LIVE}`);
    this.#put =
      db.prepare(`INSERT OR REPLACE INTO ${table} (key, value, is_binary, etag, expiration_time, update_time)
      VALUES (?, ?, 0, ?, ${expires}, CURRENT_TIMESTAMP)`);
    this.#replace =
      db.prepare(`UPDATE ${table} SET value = ?, etag = ?, is_binary = 0, expiration_time = ${expires}, update_time = CURRENT_TIMESTAMP
      WHERE key = ? AND etag = ? AND ${LIVE}`);
    this.#delete = db.prepare(`DELETE FROM ${table} WHERE key = ?`);
    this.#deleteTagged = db.prepare(`DELETE FROM ${table} WHERE key = ? AND etag = ? AND ${LIVE}`);
    this.#sweep = db.prepare(
      `DELETE FROM ${table} WHERE expiration_time IS NOT NULL AND expiration_time < CURRENT_TIMESTAMP`,
    );
  }

  /** Null where there is no such key. Resolves once what it read is on disk. */
  async get(key: string): Promise<StateItem | null> {
    this.#assertKept();
    const row = this.#get.get(key);
    if (this.commit.open) await this.#committed();
    if (row === undefined) return null;
    const value = String(row["value"]);
    const expires = row["expiration_time"];
    return {
      value: row["is_binary"] === 1 ? Buffer.from(value, "base64").toString() : value,
      etag: String(row["etag"]),
      expiresAt: typeof expires === "string" ? `${expires.replace(" ", "T")}Z` : null,
    };
  }

  async getAll(keys: readonly string[]): Promise<readonly (StateItem | null)[]> {
    return await Promise.all(keys.map(async (key) => await this.get(key)));
  }

  async set(request: StateSet): Promise<void> {
    this.#try(() => this.#set(request));
    await this.#committed();
  }

  async delete(request: StateDelete): Promise<void> {
    this.#try(() => this.#remove(request));
    await this.#committed();
  }

  /** All or nothing. */
  async transaction(operations: readonly StateOperation[]): Promise<void> {
    this.#try(() => {
      for (const operation of operations) {
        if (operation.at === "upsert") this.#set(operation.request);
        else this.#remove(operation.request);
      }
    });
    await this.#committed();
  }

  /** Sets several; what one of them fails on leaves the others as they are (Dapr's bulk set). Gives the failures. */
  async setAll(requests: readonly StateSet[]): Promise<readonly StateError[]> {
    const failures: StateError[] = [];
    for (const request of requests) {
      try {
        this.#try(() => this.#set(request));
      } catch (error) {
        if (!(error instanceof StateError)) throw error;
        failures.push(error);
      }
    }
    await this.#committed();
    return failures;
  }

  /** Removes what has expired. */
  sweep(): void {
    if (this.commit.lost !== null) return;
    this.commit.write(() => this.#sweep.run());
  }

  /** Another program that holds the file is waited for so long from now on. */
  waitAtMost(ms: number): void {
    this.#db.exec(`PRAGMA busy_timeout = ${ms}`);
  }

  close(): void {
    try {
      this.commit.flush();
    } finally {
      this.commit.close();
      this.#db.close();
    }
  }

  /** A failed request must not fail the turn that it shares with others: it has a savepoint of its own. */
  #try(work: () => void): void {
    this.#assertKept();
    let failure: StateError | null = null;
    this.commit.write(() => {
      this.#db.exec("SAVEPOINT one");
      try {
        work();
      } catch (error) {
        if (!(error instanceof StateError)) throw error;
        failure = error;
        this.#db.exec("ROLLBACK TO one");
      }
      this.#db.exec("RELEASE one");
    });
    if (failure !== null) throw failure as StateError;
  }

  #assertKept(): void {
    if (this.commit.lost !== null) throw StateError.other(this.commit.lost);
  }

  async #committed(): Promise<void> {
    await this.commit.committed().catch((error: Error) => {
      throw StateError.other(error.message);
    });
  }

  #set({ key, value, etag, firstWrite, ttl }: StateSet): void {
    const ttlSeconds = ttlOf(ttl);
    const newTag = randomUUID();
    if (etag !== null) {
      if (this.#replace.run(value, newTag, ttlSeconds, ttlSeconds, key, etag).changes === 0)
        throw StateError.mismatch();
      return;
    }
    if (firstWrite && this.#exists.get(key) !== undefined) throw StateError.mismatch();
    this.#put.run(key, value, newTag, ttlSeconds, ttlSeconds);
  }

  #remove({ key, etag }: StateDelete): void {
    if (etag === null) this.#delete.run(key);
    else if (this.#deleteTagged.run(key, etag).changes === 0) throw StateError.mismatch();
  }
}

const MAX_TTL = 2 ** 31 - 1;

/** 0: never expires. */
function ttlOf(text: string | null): number {
  if (text === null) return 0;
  const what = "error parsing TTL: incorrect value for metadata 'ttlInSeconds'";
  if (!/^[+-]?\d+$/u.test(text)) throw refuseTtl(text, `${what}: strconv.ParseInt`);
  const seconds = Number(text);
  if (seconds < -1 || seconds > MAX_TTL) throw StateError.other(`${what}: must be -1 or greater`);
  return Math.max(seconds, 0);
}
