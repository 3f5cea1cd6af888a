import { StartError } from "../process/start-error.ts";
import type { OpenDatabase, OpenOptions } from "./database.ts";

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
