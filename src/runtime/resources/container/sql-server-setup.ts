/** The login that agents have: it owns its databases, and may nothing else on the server. */
export const SQL_SERVER_LOGIN = "agents";

/** Makes what is not there of the databases and their owner; done again, it changes nothing. For sqlcmd, as `sa`. */
export function setupScript(databases: readonly string[], password: string): string {
  const login = identifier(SQL_SERVER_LOGIN);
  const batches = [
    `IF SUSER_ID(${text(SQL_SERVER_LOGIN)}) IS NULL CREATE LOGIN ${login} WITH PASSWORD = ${text(password)}, CHECK_EXPIRATION = OFF;`,
    ...databases.flatMap((database) => [
      `IF DB_ID(${text(database)}) IS NULL CREATE DATABASE ${identifier(database)};`,
      // Who reads does not wait for who writes, as with SQLite.
      `IF (SELECT is_read_committed_snapshot_on FROM sys.databases WHERE name = ${text(database)}) = 0 ALTER DATABASE ${identifier(database)} SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE;`,
      `IF (SELECT owner_sid FROM sys.databases WHERE name = ${text(database)}) <> SUSER_SID(${text(SQL_SERVER_LOGIN)}) ALTER AUTHORIZATION ON DATABASE::${identifier(database)} TO ${login};`,
    ]),
  ];
  return batches.map((batch) => `${batch}\nGO\n`).join("");
}

/** Whether the agents' login gets into each database. */
export function checkScript(databases: readonly string[]): string {
  const uses = databases.map((database) => `USE ${identifier(database)};\nGO\n`);
  return `SET NOCOUNT ON;\nGO\n${uses.join("")}SELECT 1;\nGO\n`;
}

function identifier(name: string): string {
  return `[${name.replaceAll("]", "]]")}]`;
}

function text(value: string): string {
  return `N'${value.replaceAll("'", "''")}'`;
}
