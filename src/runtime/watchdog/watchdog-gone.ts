import { setTimeout as sleep } from "node:timers/promises";
import { findWatchdog } from "../resources/process/marker.ts";

const LOOK_MS = 25;
/** It does not try for longer than this. */
const LIMIT_MS = 12_000;

/** Resolves once the watchdog of a run that died has done its work and is gone, or nobody can tell. */
export async function watchdogGone(runId: string): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (findWatchdog(runId) !== null && performance.now() < deadline) await sleep(LOOK_MS);
}
