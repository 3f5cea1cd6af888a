import { setTimeout as sleep } from "node:timers/promises";
import { findRun } from "../resources/process/marker.ts";
import type { ProcessRow } from "../resources/process/process-table.ts";
import { descendants, processTable } from "../resources/process/process-table.ts";
import { send } from "../resources/process/signals.ts";

const PAUSE_MS = 40;
/** A child that is just being born shows its environment only a moment later. */
const EMPTY_LOOKS = 3;
/** A killed process that still has not gone hangs in the kernel. */
const LIMIT_MS = 10_000;

/**
 * Kills every process of a run: those with its marker in their environment, the members of its groups, and all their
 * descendants; looks again until none is left. Answers with what it killed.
 */
export async function killRun(runId: string, groups: ReadonlySet<number>): Promise<readonly ProcessRow[]> {
  const killed = new Map<string, ProcessRow>();
  const deadline = performance.now() + LIMIT_MS;
  for (let empty = 0; empty < EMPTY_LOOKS && performance.now() < deadline;) {
    const found = membersOf(runId, groups);
    for (const row of found) {
      killed.set(`${row.pid} ${row.start}`, row);
      send(row.pid, "SIGKILL");
    }
    empty = found.length === 0 ? empty + 1 : 0;
    await sleep(PAUSE_MS);
  }
  return [...killed.values()];
}

function membersOf(runId: string, groups: ReadonlySet<number>): readonly ProcessRow[] {
  const table = processTable();
  const found = [...table.filter(({ pgid }) => groups.has(pgid)), ...findRun(runId)];
  const below = descendants(table, new Set(found.map(({ pid }) => pid)));
  const all = new Map([...found, ...below].map((row) => [row.pid, row]));
  return [...all.values()].filter(({ pid, zombie }) => !zombie && pid > 1 && pid !== process.pid);
}
