import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Logger } from "../log/logger.ts";

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
