import { setImmediate } from "node:timers/promises";
import type { Kysely, Transaction } from "kysely";
import { UnreadableEvent } from "../domain/event-codec.ts";
import { insideUnitOfWork } from "./inside-unit-of-work.ts";
import type { Projection } from "./projection.ts";
import { lockAppends, SqlEventReader } from "./sql-event-store.ts";
import { kitTables } from "./tables.ts";
import type { KitTables, TableNames } from "./tables.ts";

const PAGE = 500;

interface RebuildOptions {
  /** ISO 8601 UTC. */
  readonly now: string;
  /** Aborted, everything stays as it was. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a projection again from its streams, in one transaction: nobody sees half of it, and who appends waits. Answers
 * how many events it is made from.
 *
 * @throws UnreadableEvent when it cannot be made from them; it is then what it was.
 */
export async function rebuild<DB>(
  db: Kysely<DB>,
  names: TableNames,
  projection: Projection<DB>,
  options: RebuildOptions,
): Promise<number> {
  return await db.transaction().execute((tx) =>
    insideUnitOfWork.run(true, async () => {
      await lockAppends(tx, names);
      return await fill(tx, names, projection, options);
    }),
  );
}

/** A projection that stays as another version has made it. */
export interface LeftAsItWas {
  readonly projection: string;
  readonly error: UnreadableEvent;
}

/**
 * Makes those projections again whose tables were made by another version of them, or not at all. One with an event that
 * this program cannot read is left as it was, and answered: the streams beside that event can still be worked on.
 */
export async function rebuildStale<DB>(
  db: Kysely<DB>,
  names: TableNames,
  projections: readonly Projection<DB>[],
  now: () => string,
): Promise<readonly LeftAsItWas[]> {
  const left: LeftAsItWas[] = [];
  for (const projection of projections) {
    if ((await builtVersion(db, names, projection.name)) === projection.version) continue;
    const rebuilding = db.transaction().execute((tx) =>
      insideUnitOfWork.run(true, async () => {
        await lockAppends(tx, names);
        // Another replica may have been faster.
        if ((await builtVersion(tx, names, projection.name)) === projection.version) return;
        await fill(tx, names, projection, { now: now() });
      }),
    );
    try {
      await rebuilding;
    } catch (error) {
      if (!(error instanceof UnreadableEvent)) throw error;
      left.push({ projection: projection.name, error });
    }
  }
  return left;
}

async function fill<DB>(
  tx: Transaction<DB>,
  names: TableNames,
  projection: Projection<DB>,
  { now, signal }: RebuildOptions,
): Promise<number> {
  await projection.clear(tx);
  const reader = new SqlEventReader(tx, names, projection.codec);
  let count = 0;
  for (let after = 0; ;) {
    // SQLite answers in the same turn: a long rebuild would leave none for probes, and for a stop.
    await setImmediate();
    signal?.throwIfAborted();
    const page = await reader.readAll({ after, limit: PAGE, streams: projection.streams });
    for (const recorded of page) await projection.apply(tx, recorded);
    count += page.length;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    after = last.position;
  }
  await noteBuilt(tx, names, projection, now);
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

async function noteBuilt(
  tx: unknown,
  names: TableNames,
  { name, version }: Pick<Projection<unknown>, "name" | "version">,
  rebuilt_at: string,
): Promise<void> {
  const db = kitTables<KitTables["projections"]>(tx);
  const { numUpdatedRows } = await db
    .updateTable(names.projections)
    .set({ version, rebuilt_at })
    .where("name", "=", name)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows > 0n) return;
  await db.insertInto(names.projections).values({ name, version, rebuilt_at }).execute();
}
