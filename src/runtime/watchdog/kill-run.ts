import { setTimeout as sleep } from "node:timers/promises";
import { findRun, isWatchdog } from "../resources/process/marker.ts";
import type { ProcessRow } from "../resources/process/process-table.ts";
import { descendants, processTable } from "../resources/process/process-table.ts";
import { send } from "../resources/process/signals.ts";

const PAUSE_MS = 40;
/** A child that is just being born shows its environment only a moment later. */
const EMPTY_LOOKS = 3;
/** A killed process that still has not gone hangs in the kernel. */
const LIMIT_MS = 10_000;

/** What was registered of a run, for those whose environment does not say that they belong to it. */
export interface Registered {
  readonly groups?: ReadonlySet<number>;
  /** `<pid> <start>` each. */
  readonly processes?: ReadonlySet<string>;
}

const NOBODY: ReadonlySet<never> = new Set();

/**
 * Kills every process of a run: those with its marker in their environment, those registered, and all their
 * descendants; looks again until none is left. Answers with what it killed. The watchdog of a run that one of them had
 * begun is left: it ends that run's processes now, and then itself.
 */
export async function killRun(runId: string, registered: Registered = {}): Promise<readonly ProcessRow[]> {
  const killed = new Map<string, ProcessRow>();
  const deadline = performance.now() + LIMIT_MS;
  for (let empty = 0; empty < EMPTY_LOOKS && performance.now() < deadline;) {
    const found = membersOf(runId, registered);
    for (const row of found) {
      killed.set(`${row.pid} ${row.start}`, row);
      send(row.pid, "SIGKILL");
    }
    empty = found.length === 0 ? empty + 1 : 0;
    await sleep(PAUSE_MS);
  }
  return [...killed.values()];
}

function membersOf(
  runId: string,
  { groups = NOBODY, processes = NOBODY }: Registered,
): readonly ProcessRow[] {
  const table = processTable();
  const known = table.filter(({ pid, pgid, start }) => groups.has(pgid) || processes.has(`${pid} ${start}`));
  const found = [...known, ...findRun(runId)];
  const below = descendants(table, new Set(found.map(({ pid }) => pid)));
  const all = new Map([...found, ...below].map((row) => [row.pid, row]));
  return [...all.values()].filter(
    ({ pid, zombie }) => !zombie && pid > 1 && pid !== process.pid && !isWatchdog(pid),
  );
}
