import type { ProcessRow } from "./process-table.ts";
import { environmentOf, hasVariable, HAS_PROC, pids, readProcess } from "./process-table.ts";

/** Who a process belongs to: every child gets this in its environment, and so do all that it starts. */
export interface Marker {
  readonly runId: string;
  readonly name: string;
}

const WATCHDOG = "AGENTS_WATCHDOG_OF";

export function markerVariables({ runId, name }: Marker): Readonly<Record<string, string>> {
  return { AGENTS_RUN_ID: runId, AGENTS_NAME: name };
}

/**
 * The whole environment of a run's watchdog. It has no marker: if its run is inside of another one, it is no part of
 * that, as it has to outlive what that one ends for a moment.
 */
export function watchdogVariables(runId: string): Readonly<Record<string, string>> {
  return { [WATCHDOG]: runId };
}

/** Whether a process is the watchdog of some run; where environments cannot be read nobody can tell. */
export function isWatchdog(pid: number): boolean {
  return environmentOf(pid)?.startsWith(`${WATCHDOG}=`) === true;
}

/** Pid of a run's watchdog; null where there is none, or nobody can tell. */
export function findWatchdog(runId: string): number | null {
  if (!HAS_PROC) return null;
  const variable = `${WATCHDOG}=${runId}`;
  const found = pids().find(
    (pid) => environmentOf(pid)?.startsWith(variable) === true && live(pid).length > 0,
  );
  return found ?? null;
}

/** Every process of a run, wherever it hides in the process tree. Empty on systems without /proc. */
export function findRun(runId: string): readonly ProcessRow[] {
  if (!HAS_PROC) return [];
  return pids().flatMap((pid) => {
    const environment = environmentOf(pid);
    return environment !== null && isOf(environment, runId) && pid !== process.pid ? live(pid) : [];
  });
}

type Waiter = { readonly marker: Marker; readonly resolve: (rows: readonly ProcessRow[]) => void };
let waiters: Waiter[] = [];

/**
 * Every process that carries the marker. Calls of one turn of the event loop share one look at the machine, so that
 * stopping 200 processes does not read all environments 200 times.
 */
export function findMarked(marker: Marker): Promise<readonly ProcessRow[]> {
  if (!HAS_PROC) return Promise.resolve([]);
  return new Promise((resolve) => {
    waiters.push({ marker, resolve });
    if (waiters.length === 1) setImmediate(answer);
  });
}

function answer(): void {
  const asked = waiters;
  waiters = [];
  const found = asked.map((): ProcessRow[] => []);
  for (const pid of pids()) {
    const environment = environmentOf(pid);
    if (environment === null) continue;
    asked.forEach(({ marker }, index) => {
      if (!isOf(environment, marker.runId) || !hasVariable(environment, `AGENTS_NAME=${marker.name}`)) return;
      found[index]?.push(...live(pid));
    });
  }
  asked.forEach(({ resolve }, index) => resolve(found[index] ?? []));
}

function isOf(environment: string, runId: string): boolean {
  return environment.includes(runId) && hasVariable(environment, `AGENTS_RUN_ID=${runId}`);
}

function live(pid: number): readonly ProcessRow[] {
  const row = readProcess(pid);
  return row === null || row.zombie ? [] : [row];
}
