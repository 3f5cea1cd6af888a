import type { Kysely, Transaction } from "kysely";
import { insideUnitOfWork } from "./inside-unit-of-work.ts";
import type { Projection } from "./projection.ts";
import { lockAppends, SqlEventReader } from "./sql-event-store.ts";
import { kitTables } from "./tables.ts";
import type { KitTables, TableNames } from "./tables.ts";

const PAGE = 500;

/**
 * Makes a projection again from its streams, in one transaction: who reads meanwhile sees it as it was, and who appends
 * waits. Answers how many events it is made from.
 */
export async function rebuild<DB>(
  db: Kysely<DB>,
  names: TableNames,
  projection: Projection<DB>,
): Promise<number> {
  return await db.transaction().execute((tx) =>
    insideUnitOfWork.run(true, async () => {
      await lockAppends(tx, names);
      return await fill(tx, names, projection);
    }),
  );
}

/** Makes those projections again whose tables were made by another version of them, or not at all. */
export async function rebuildStale<DB>(
  db: Kysely<DB>,
  names: TableNames,
  projections: readonly Projection<DB>[],
): Promise<void> {
  for (const projection of projections) {
    if ((await builtVersion(db, names, projection.name)) === projection.version) continue;
    await db.transaction().execute((tx) =>
      insideUnitOfWork.run(true, async () => {
        await lockAppends(tx, names);
        // Another replica may have been faster.
        if ((await builtVersion(tx, names, projection.name)) === projection.version) return;
        await fill(tx, names, projection);
      }),
    );
  }
}

async function fill<DB>(tx: Transaction<DB>, names: TableNames, projection: Projection<DB>): Promise<number> {
  await projection.clear(tx);
  const reader = new SqlEventReader(tx, names, projection.codec);
  let count = 0;
  for (let after = 0; ;) {
    const page = await reader.readAll({ after, limit: PAGE, streams: projection.streams });
    for (const recorded of page) await projection.apply(tx, recorded);
    count += page.length;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    after = last.position;
  }
  await noteVersion(tx, names, projection);
  return count;
}

async function builtVersion(db: unknown, names: TableNames, name: string): Promise<number | null> {
  const row = await kitTables<KitTables["projections"]>(db)
    .selectFrom(names.projections)
    .select("version")
    .where("name", "=", name)
    .executeTakeFirst();
  return row?.version ?? null;
}

async function noteVersion(
  tx: unknown,
  names: TableNames,
  { name, version }: Pick<Projection<unknown>, "name" | "version">,
): Promise<void> {
  const db = kitTables<KitTables["projections"]>(tx);
  const { numUpdatedRows } = await db
    .updateTable(names.projections)
    .set({ version })
    .where("name", "=", name)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows > 0n) return;
  await db.insertInto(names.projections).values({ name, version }).execute();
}
