import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Logger } from "../log/logger.ts";
import { StartError } from "../process/start-error.ts";

/** An open database and the promise that its schema is in place. */
export interface OpenDatabase<DB> {
  readonly db: Kysely<DB>;
  /** Queries wait for it by themselves. Rejects with a {@link StartError}. */
  readonly ready: Promise<void>;
  /** Gives back every connection; resolves when that is done. */
  close(): Promise<void>;
}

/** What a database is opened with. */
export interface OpenOptions<DB> {
  readonly agent: string;
  /** `sqlite:/absolute/path.db` or `mssql://user:password@host:port/database`. */
  readonly url: string;
  readonly migrations: Readonly<Record<string, Migration>>;
  readonly log: Logger;
  /** Runs when the schema is in place, before anybody else's query. */
  readonly prepare?: (db: Kysely<DB>) => Promise<void>;
}

/**
 * Opens the database behind a URL and brings the agent's tables up to date. Several agents may share one. What a kind of
 * database needs is loaded only for a URL of that kind.
 *
 * @throws StartError when the URL cannot be used.
 */
export async function openDatabase<DB>(options: OpenOptions<DB>): Promise<OpenDatabase<DB>> {
  const { agent, url } = options;
  const scheme = /^[a-z+]+:/i.exec(url)?.[0].toLowerCase() ?? "no scheme";
  switch (scheme) {
    case "sqlite:": {
      const { openSqlite } = await import("./open-sqlite.ts");
      return openSqlite(options);
    }
    case "mssql:": {
      const { openSqlServer } = await import("./sqlserver/open-sqlserver.ts");
      return openSqlServer(options);
    }
    default:
      throw new StartError(
        `${agent} cannot open its database: its URL has ${scheme}, expected sqlite: or mssql:`,
        "Set the URL to sqlite:/absolute/path/of/a/file.db or to mssql://user:password@host:1433/database.",
      );
  }
}
