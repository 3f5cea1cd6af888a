import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { StartError } from "../process/start-error.ts";
import { kitMigrations, tableNames } from "./tables.ts";

/** Brings the kit's tables and the agent's own up to date. @throws StartError naming the migration that failed. */
export async function migrate(
  db: Kysely<unknown>,
  agent: string,
  own: Readonly<Record<string, Migration>>,
): Promise<void> {
  const prefix = agent.replaceAll("-", "_");
  await run(db, agent, kitMigrations(tableNames(agent)), `${prefix}_kit_migration`);
  await run(db, agent, own, `${prefix}_migration`);
}

async function run(
  db: Kysely<unknown>,
  agent: string,
  migrations: Readonly<Record<string, Migration>>,
  table: string,
): Promise<void> {
  const names = Object.keys(migrations).toSorted();
  if (names.length === 0 || (await isCurrent(db, table, names))) return;
  // Loaded only when there is something to migrate.
  const { Migrator } = await import("kysely/migration");
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    migrationTableName: table,
    migrationLockTableName: `${table}_lock`,
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find((result) => result.status === "Error");
  const reason = error instanceof Error ? error.message : JSON.stringify(error);
  throw new StartError(
    `${agent} cannot bring its tables up to date${failed === undefined ? "" : `: migration ${failed.migrationName}`}: ${reason}`,
    "Correct the migration, or remove the database if its data is not needed (agents down -v).",
    { cause: error, mayPass: true },
  );
}

/** The usual case, in one query: everything was applied by an earlier start. */
async function isCurrent(db: Kysely<unknown>, table: string, names: readonly string[]): Promise<boolean> {
  try {
    const { rows } = await sql<{
      name: string;
    }>`select ${sql.ref("name")} from ${sql.table(table)} order by ${sql.ref("name")}`.execute(db);
    return rows.length === names.length && rows.every((row, index) => row.name === names[index]);
  } catch {
    return false; // there is no such table yet; the migrator reports anything worse
  }
}
