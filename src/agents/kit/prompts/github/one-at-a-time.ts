import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

const AGAIN_MS = 50;
/** Longer than a whole fetch with its waits takes. */
const LONGEST_MS = 90_000;

/**
 * Does a piece of work alone among the processes that share a folder: the agents of a run ask a server once, not each. The lock
 * is one of SQLite: it goes with its process, however that ends. After a while it is done all the same.
 */
export async function oneAtATime<Value>(
  folder: string,
  signal: AbortSignal,
  work: () => Promise<Value>,
): Promise<Value> {
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(join(folder, "lock.db"));
  try {
    database.exec("pragma busy_timeout = 0");
    for (let waited = 0; waited < LONGEST_MS; waited += AGAIN_MS) {
      if (tookLock(database)) break;
      await setTimeout(AGAIN_MS, undefined, { signal });
    }
    return await work();
  } finally {
    database.close(); // and with it the lock, which nothing was written under
  }
}

function tookLock(database: { exec(sql: string): void }): boolean {
  try {
    database.exec("begin exclusive");
    return true;
  } catch (error) {
    // SQLITE_BUSY: another process has it.
    if (error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === 5) return false;
    throw error;
  }
}
