import { linkSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isSameProcess, processStart } from "./process-start.ts";
import { ensureStateDir, errorCode, stateBroken, tryRemove } from "./state-dir.ts";

/** Who holds the lock of a folder. */
export interface LockOwner {
  readonly pid: number;
  readonly processStart: string;
}

export interface RunLock extends Disposable {
  /** Gives the folder back. Idempotent; the end of the process, however it comes, does the same. */
  release(): void;
}

export type RunLockResult =
  | { readonly at: "acquired"; readonly lock: RunLock }
  | { readonly at: "taken"; readonly by: LockOwner };

/**
 * Takes the one run of a folder: of any number of processes that try at the same moment exactly one acquires it.
 *
 * The lock is a file `lock.<n>` with its owner's pid and start time; the highest n counts. A lock whose owner is gone
 * is never removed to make room, because between looking and removing somebody else may have taken it: instead the
 * next number is linked into place, which only one can do. Lower numbers are litter, removed by the new owner.
 */
export function acquireRunLock(root: string): RunLockResult {
  const dir = ensureStateDir(root);
  const me: LockOwner = { pid: process.pid, processStart: processStart(process.pid) ?? "" };
  const draft = draftPath(dir);
  try {
    writeFileSync(draft, JSON.stringify(me), { mode: 0o600, flag: "wx" });
    return contend(dir, draft);
  } catch (cause) {
    throw stateBroken(dir, cause);
  } finally {
    tryRemove(draft);
  }
}

/**
 * Who holds the folder now; null when nobody does. Works without the right to write.
 *
 * @throws AgentsError AGENTS_STATE_BROKEN where it cannot be seen.
 */
export function lockOwner(stateDir: string): LockOwner | null {
  try {
    return livingOwner(stateDir, generations(stateDir).at(-1));
  } catch (cause) {
    throw stateBroken(stateDir, cause);
  }
}

function contend(dir: string, draft: string): RunLockResult {
  for (;;) {
    const last = generations(dir).at(-1);
    const by = livingOwner(dir, last);
    if (by !== null) return { at: "taken", by };
    const mine = (last ?? 0) + 1;
    try {
      linkSync(draft, path(dir, mine));
    } catch (error) {
      if (errorCode(error) === "EEXIST") continue; // somebody was quicker: look who
      throw error;
    }
    // A slow contender may have linked a number that was already used and removed: then a higher one is there.
    const all = generations(dir);
    if (all.at(-1) === mine) {
      for (const old of all) if (old < mine) rmSync(path(dir, old), { force: true });
      sweepDrafts(dir, draft);
      return { at: "acquired", lock: held(dir, mine) };
    }
    rmSync(path(dir, mine), { force: true });
  }
}

function held(dir: string, generation: number): RunLock {
  let released = false;
  const release = (): void => {
    if (released) return;
    released = true;
    const file = path(dir, generation);
    const draft = draftPath(dir);
    try {
      // The folder may have been deleted since, and the file of that name belong to the next run.
      if (livingOwner(dir, generation)?.pid !== process.pid) return;
      // Emptied, not removed: the number stays used, and only the owner ever changes the file.
      writeFileSync(draft, "{}", { mode: 0o600, flag: "wx" });
      renameSync(draft, file);
    } catch {
      tryRemove(draft); // a folder that is gone or full holds no lock that outlives this process
    }
  };
  return { release, [Symbol.dispose]: release };
}

/** A name that no other contender has, this process' own other attempts included. */
const draftPath = (dir: string): string => join(dir, `lock-${process.pid}-${process.hrtime.bigint()}`);

const path = (dir: string, generation: number): string => join(dir, `lock.${generation}`);

/** All numbers in use, rising. */
function generations(dir: string): readonly number[] {
  let names: readonly string[];
  try {
    names = readdirSync(dir);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) return []; // nobody holds what is no folder
    throw error;
  }
  return names
    .flatMap((name) => (/^lock\.\d{1,15}$/.test(name) ? [Number(name.slice(5))] : []))
    .toSorted((a, b) => a - b);
}

function livingOwner(dir: string, generation: number | undefined): LockOwner | null {
  if (generation === undefined) return null;
  try {
    const owner: unknown = JSON.parse(readFileSync(path(dir, generation), "utf8"));
    return isOwner(owner) && isSameProcess(owner) ? owner : null;
  } catch (error) {
    // Removed since we looked (then a higher one is there: the caller looks again) or not JSON: a link is made of a
    // whole file, so a broken one is damage, and nobody's.
    if (errorCode(error) === "ENOENT" || error instanceof SyntaxError) return null;
    throw error;
  }
}

function isOwner(value: unknown): value is LockOwner {
  return (
    typeof value === "object" &&
    value !== null &&
    "pid" in value &&
    typeof value.pid === "number" &&
    "processStart" in value &&
    typeof value.processStart === "string"
  );
}

/** Drafts of contenders that died between writing and removing theirs: once the lock is held they can only be late losers or litter. */
function sweepDrafts(dir: string, own: string): void {
  for (const name of readdirSync(dir)) {
    const file = join(dir, name);
    if (!/^lock-\d+-\d+$/.test(name) || file === own) continue;
    try {
      const owner: unknown = JSON.parse(readFileSync(file, "utf8"));
      if (isOwner(owner) && !isSameProcess(owner)) rmSync(file, { force: true });
    } catch {
      // half written by a living contender, or already gone: it removes its own
    }
  }
}
