import type { DatabaseSync } from "node:sqlite";
import type { BusStore } from "./bus-store.ts";
import type { GroupCommit } from "./group-commit.ts";

/** Puts what is still open, the counter, and then everything into the one file: nothing is left beside it. */
export function leaveJournal(db: DatabaseSync, commit: GroupCommit, store: BusStore): void {
  commit.flush();
  // Nobody is told of the counter, and the checkpoint puts it on disk.
  if (commit.lost === null) store.saveCounter();
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}
