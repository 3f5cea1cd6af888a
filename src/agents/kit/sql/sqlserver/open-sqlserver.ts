import { Kysely, MssqlAdapter, MssqlDriver, MssqlIntrospector } from "kysely";
import type { Driver } from "kysely";
import { Pool } from "tarn";
import { ISOLATION_LEVEL, Request, TYPES } from "tedious";
import type { OpenDatabase, OpenOptions } from "../database.ts";
import { migrate } from "../migrate.ts";
import { LoggedConnection, tediousConfig, tryConnect } from "./connect.ts";
import { SqlServerDriver } from "./driver.ts";
import type { DriverOptions } from "./driver.ts";
import { plainRow } from "./plain-rows.ts";
import { prepareDatabase } from "./prepare-database.ts";
import { TsqlCompiler } from "./tsql-compiler.ts";
import { readSqlServerUrl } from "./url.ts";

const MOST_CONNECTIONS = 10;
/** A server that comes up takes a minute on a slow disk. */
const PATIENCE = 120_000;

/** Rows as they are on SQLite, whatever the server's types are. */
class PlainRequest extends Request {
  constructor(...given: ConstructorParameters<typeof Request>) {
    super(...given);
    // Before Kysely's own listener.
    this.on("row", plainRow);
  }
}

/** Kysely as it speaks T-SQL, on any driver. */
export function kyselyOnSqlServer<DB>(driver: Driver): Kysely<DB> {
  return new Kysely<DB>({
    dialect: {
      createAdapter: () => new MssqlAdapter(),
      createDriver: () => driver,
      createIntrospector: (db) => new MssqlIntrospector(db),
      createQueryCompiler: () => new TsqlCompiler(),
    },
  });
}

/** Opens a database of a SQL Server: waits for the server, creates the database, brings the tables up to date. @throws StartError */
export function openSqlServer<DB>({
  agent,
  url,
  migrations,
  log,
  prepare,
}: OpenOptions<DB>): OpenDatabase<DB> {
  const settings = readSqlServerUrl(agent, url);
  const config = tediousConfig(agent, settings, settings.database);
  const inner = new MssqlDriver({
    tarn: { Pool, options: { min: 0, max: MOST_CONNECTIONS } },
    tedious: {
      connectionFactory: () => new LoggedConnection(config, log),
      ISOLATION_LEVEL,
      Request: PlainRequest,
      TYPES,
    },
  });
  const stopping = new AbortController();
  const server = `${settings.host}:${settings.port}`;
  const driver = (options: Omit<DriverOptions, "server">): Driver =>
    new SqlServerDriver(inner, { ...options, server });
  const turn = `agents/${agent}`;
  const early = Promise.resolve();
  const begin = async (): Promise<void> => {
    await prepareDatabase({
      agent,
      settings,
      log,
      signal: stopping.signal,
      patienceMs: PATIENCE,
      connect: tryConnect,
    });
    // The migrator holds a lock of its own.
    await migrate(kyselyOnSqlServer(driver({ ready: early, turn: null })), agent, migrations);
    await prepare?.(kyselyOnSqlServer<DB>(driver({ ready: early, turn })));
  };
  const ready = begin();
  // Whoever needs the database sees the error; nobody needing it yet is no reason to crash.
  ready.catch(() => undefined);
  return {
    db: kyselyOnSqlServer<DB>(driver({ ready, turn })),
    ready,
    close: async () => {
      stopping.abort();
      await ready.catch(() => undefined);
      await inner.destroy();
    },
  };
}
