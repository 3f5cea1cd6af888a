import { join } from "node:path";
import { AgentsError } from "../model/errors.ts";
import { ControlClient } from "./control-client.ts";
import { notRunning } from "./not-running.ts";
import { pause } from "./pause.ts";
import { isSuspended } from "./process-start.ts";
import type { RunFile } from "./run-control.ts";
import type { RunClient } from "./run-client.ts";
import { findRun } from "./run-file.ts";
import type { LockOwner } from "./run-lock.ts";
import { lockOwner } from "./run-lock.ts";
import { listRuns } from "./run-registry.ts";
import { stateDirOf } from "./state-dir.ts";

/**
 * Finds the run of a folder and gives a client for it. Throws `AGENTS_NOT_RUNNING` when none is up,
 * `AGENTS_CONTROL_FAILED` when it is suspended, and `AGENTS_STATE_BROKEN` when it cannot be reached because its
 * `run.json` cannot be read.
 */
export function connect(root: string): RunClient {
  const found = findRun(root);
  if (found.at === "up") return clientOf(root, found.file);
  if (found.at === "broken") {
    const owner = lockOwner(stateDirOf(root));
    if (owner !== null) throw runFileBroken(found.path, found.reason, owner);
  }
  throw notRunning(root);
}

/** Lets the run of a folder go on if it was suspended: only then can it stop in order. */
export function wake(root: string): void {
  const found = findRun(root);
  if (found.at === "up" && isSuspended(found.file.pid)) process.kill(found.file.pid, "SIGCONT");
}

function clientOf(root: string, file: RunFile): RunClient {
  const { pid, project } = file;
  if (!isSuspended(pid)) return new ControlClient(root, file);
  throw new AgentsError(
    "AGENTS_CONTROL_FAILED",
    `${project} (pid ${pid}) does not answer: it is suspended.`,
    {
      path: file.control,
      found: "suspended, as by Ctrl-Z",
      hint: `Let it go on with fg in its terminal, or with: kill -CONT ${pid}`,
    },
  );
}

/** A run that was up and whose `run.json` is gone may be ending: it is given this time. */
const ENDING_MS = 5_000;
/** A run that was never up yet may be building its agents for the first time. */
const STARTING_MS = 60_000;

/**
 * The same for a run that holds the lock but may not answer yet: waits until `run.json` is there. Null once nobody
 * holds the lock any more.
 *
 * @throws AgentsError AGENTS_STATE_BROKEN when `run.json` cannot be read, or does not come: somebody has removed it.
 */
export async function connectWhenUp(root: string, signal: AbortSignal): Promise<RunClient | null> {
  const since = performance.now();
  let wasUp: boolean | null = null;
  for (;;) {
    const found = findRun(root);
    if (found.at === "up") return clientOf(root, found.file);
    const owner = lockOwner(stateDirOf(root));
    if (owner === null) return null;
    if (found.at === "broken") throw runFileBroken(found.path, found.reason, owner);
    // Entered once it is up: without an entry it is still starting.
    wasUp ??= listRuns().some(
      ({ pid, processStart }) => pid === owner.pid && processStart === owner.processStart,
    );
    if (performance.now() - since > (wasUp ? ENDING_MS : STARTING_MS))
      throw runFileBroken(join(stateDirOf(root), "run.json"), "it is missing", owner);
    await pause(20, signal);
  }
}

function runFileBroken(path: string, reason: string, { pid }: LockOwner): AgentsError {
  return new AgentsError("AGENTS_STATE_BROKEN", `${path} cannot be used: ${reason}.`, {
    path,
    expected: "the file as agents up wrote it",
    found: reason,
    hint: `The run itself is up (pid ${pid}). Stop it with: kill ${pid}`,
  });
}
