import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { CompiledQuery } from "kysely";
import type { DatabaseConnection, Driver, QueryResult } from "kysely";
import { insideUnitOfWork } from "./inside-unit-of-work.ts";
import { trusted } from "../process/trusted.ts";

const STATEMENTS_KEPT = 200;

/** Values as node:sqlite takes them: it knows no booleans and no dates. */
function toInput(value: unknown): SQLInputValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`SQLite cannot store a value of type ${typeof value}; turn it into text first.`);
}

/** The one connection of the process, handed to one holder at a time. */
export class SqliteConnection implements DatabaseConnection {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #tail: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Resolves when the connection is ours. */
  async acquire(): Promise<void> {
    const before = this.#tail;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tail = promise;
    await before;
    this.#release = resolve;
  }

  release(): void {
    this.#release();
  }

  executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    try {
      return Promise.resolve(this.#execute<Row>(query));
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #execute<Row>({ sql, parameters }: CompiledQuery): QueryResult<Row> {
    const statement = this.#prepare(sql);
    const values = parameters.map(toInput);
    if (statement.columns().length > 0) {
      // The rows have the shape that the query builder derived from the schema.
      return { rows: trusted<Row[]>(statement.all(...values)) };
    }
    const { changes, lastInsertRowid } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  // oxlint-disable-next-line require-yield -- the interface wants a generator; nothing in an agent streams rows
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    await Promise.resolve();
    throw new Error("Streaming of rows is not supported; read pages with limit and offset.");
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    const oldest = this.#statements.keys().next();
    if (this.#statements.size >= STATEMENTS_KEPT && oldest.done !== true)
      this.#statements.delete(oldest.value);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/**
 * Kysely's driver on the one connection. Queries wait for their turn; `ready` holds them back until the schema is in
 * place. Write transactions begin at once (IMMEDIATE), because a read that turns into a write while another process
 * writes fails, whatever the time-out.
 */
export class SqliteDriver implements Driver {
  readonly #connection: SqliteConnection;
  readonly #ready: Promise<void>;

  constructor(connection: SqliteConnection, ready: Promise<void>) {
    this.#connection = connection;
    this.#ready = ready;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    if (insideUnitOfWork.getStore() === true) {
      throw new Error(
        "kit.db was used inside a unit of work, where it would wait for itself: use tx.db there.",
      );
    }
    await this.#ready;
    await this.#connection.acquire();
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    this.#connection.release();
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("commit"));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("rollback"));
  }

  async destroy(): Promise<void> {}
}
