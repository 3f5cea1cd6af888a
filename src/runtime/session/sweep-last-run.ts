import { findRun, removeRunFile } from "../control/run-file.ts";
import { watchdogGone } from "../watchdog/watchdog-gone.ts";
import { killRun } from "../watchdog/kill-run.ts";

/**
 * A run that was killed together with its watchdog may have left children: they carry its mark, and are ended here.
 * Answers how many there were.
 */
export async function sweepLastRun(root: string): Promise<number> {
  const last = findRun(root);
  if (last.at !== "stale") return 0;
  // Its watchdog may be at it, and would take containers for its own that the next run takes over.
  const [killed] = await Promise.all([killRun(last.file.runId), watchdogGone(last.file.runId)]);
  removeRunFile(root, last.file.runId);
  return killed.length;
}
