import { CompiledQuery } from "kysely";
import type { DatabaseConnection, Driver, QueryResult, TransactionSettings } from "kysely";
import { insideUnitOfWork } from "../inside-unit-of-work.ts";
import { DatabaseUnavailable } from "../database-unavailable.ts";
import { errorNumber, isConnectionLost, messageOf, toError } from "./failure.ts";

/** How long a unit of work waits for the one before it. */
const TURN_PATIENCE = 30_000;
const NO_TRANSACTION = 3903;

/** How the driver is used. */
export interface DriverOptions {
  /** Queries wait for it: the schema is in place. */
  readonly ready: Promise<void>;
  /** For messages: `host:port`. */
  readonly server: string;
  /** Transactions of one name come one after the other, also from several processes; null: they run side by side. */
  readonly turn: string | null;
}

/**
 * Kysely's driver for SQL Server, with the promises that the kit's units of work have on SQLite: they come one after the
 * other, they begin when the schema is there, and a lost connection is told from a wrong query.
 */
export class SqlServerDriver implements Driver {
  readonly #inner: Driver;
  readonly #options: DriverOptions;

  constructor(inner: Driver, options: DriverOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    if (insideUnitOfWork.getStore() === true) {
      throw new Error(
        "kit.db was used inside a unit of work, where it would see the rows from before: use tx.db there.",
      );
    }
    await this.#options.ready;
    const { server } = this.#options;
    try {
      return new CheckedConnection(await this.#inner.acquireConnection(), server);
    } catch (error) {
      throw new DatabaseUnavailable(server, messageOf(error), error);
    }
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    await this.#inner.releaseConnection(innerOf(connection));
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    await this.#inner.beginTransaction(innerOf(connection), settings);
    if (this.#options.turn === null) return;
    try {
      await takeTurn(connection, this.#options.turn);
    } catch (error) {
      await this.rollbackTransaction(connection);
      throw error;
    }
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await this.#inner.commitTransaction(innerOf(connection));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await this.#inner.rollbackTransaction(innerOf(connection));
    } catch (error) {
      // The server has rolled back by itself, or the connection is gone and the transaction with it. What led here counts.
      if (errorNumber(error) !== NO_TRANSACTION && !isConnectionLost(error)) throw toError(error);
    }
  }

  async destroy(): Promise<void> {}
}

/** The lock goes with the transaction, however that ends. */
async function takeTurn(connection: DatabaseConnection, turn: string): Promise<void> {
  const { rows } = await connection.executeQuery<{ result: number }>(
    CompiledQuery.raw(TAKE_TURN, [turn, TURN_PATIENCE]),
  );
  const result = rows[0]?.result ?? -999;
  if (result >= 0) return;
  throw new Error(
    result === -1
      ? `A unit of work waited ${TURN_PATIENCE / 1000} s for the one before it. Keep units of work short.`
      : `SQL Server did not give the lock of a unit of work: sp_getapplock answered ${result}.`,
  );
}

export const TAKE_TURN =
  "declare @result int; exec @result = sp_getapplock @Resource = @1, @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = @2; select @result as [result]";

class CheckedConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection;
  readonly #server: string;

  constructor(inner: DatabaseConnection, server: string) {
    this.inner = inner;
    this.#server = server;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    try {
      return await this.inner.executeQuery<Row>(query);
    } catch (error) {
      if (isConnectionLost(error)) throw new DatabaseUnavailable(this.#server, messageOf(error), error);
      throw toError(error);
    }
  }

  // oxlint-disable-next-line require-yield -- the interface wants a generator; nothing in an agent streams rows
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    await Promise.resolve();
    throw new Error("Streaming of rows is not supported; read pages with limit and offset.");
  }
}

function innerOf(connection: DatabaseConnection): DatabaseConnection {
  return connection instanceof CheckedConnection ? connection.inner : connection;
}
