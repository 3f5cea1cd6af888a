import type { ProcessRow } from "./process-table.ts";
import { HAS_PROC, processTable } from "./process-table.ts";
import { send } from "./signals.ts";

/** Many groups that end at once share one look at the table. */
const TABLE_AGE_MS = 20;
let table: { readonly at: number; readonly rows: readonly ProcessRow[] } | undefined;

/**
 * Whether no process of the group is left. Zombies do not count: in a container whose first process never asks after
 * its children they stay for ever.
 */
export function groupIsEmpty(pgid: number): boolean {
  if (!send(-pgid, 0)) return true;
  if (!HAS_PROC) return false;
  const now = performance.now();
  if (table === undefined || now - table.at > TABLE_AGE_MS) table = { at: now, rows: processTable() };
  return !table.rows.some((row) => row.pgid === pgid && !row.zombie);
}
