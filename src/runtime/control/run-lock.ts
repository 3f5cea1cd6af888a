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
 * The lock is a file `<name>.<n>` with its owner's pid and start time; the highest n counts. A lock whose owner is gone
 * is never removed to make room, because between looking and removing somebody else may have taken it: instead the
 * next number is linked into place, which only one can do. Lower numbers are litter, removed by the new owner.
 */
export function acquireRunLock(root: string): RunLockResult {
  return acquireLock(root, "lock");
}

/** The same for something else that one process at a time may do in a folder. @param name Lower-case letters. */
export function acquireLock(root: string, name: string): RunLockResult {
  const dir = ensureStateDir(root);
  const me: LockOwner = { pid: process.pid, processStart: processStart(process.pid) ?? "" };
  const draft = draftPath(dir, name);
  try {
    writeFileSync(draft, JSON.stringify(me), { mode: 0o600, flag: "wx" });
    return contend({ dir, name }, draft);
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
    const place = { dir: stateDir, name: "lock" };
    return livingOwner(place, generations(place).at(-1));
  } catch (cause) {
    throw stateBroken(stateDir, cause);
  }
}

/** A lock of a folder. */
interface Place {
  readonly dir: string;
  readonly name: string;
}

function contend(place: Place, draft: string): RunLockResult {
  for (;;) {
    const last = generations(place).at(-1);
    const by = livingOwner(place, last);
    if (by !== null) return { at: "taken", by };
    const mine = (last ?? 0) + 1;
    try {
      linkSync(draft, path(place, mine));
    } catch (error) {
      if (errorCode(error) === "EEXIST") continue; // somebody was quicker: look who
      throw error;
    }
    // A slow contender may have linked a number that was already used and removed: then a higher one is there.
    const all = generations(place);
    if (all.at(-1) === mine) {
      for (const old of all) if (old < mine) rmSync(path(place, old), { force: true });
      sweepDrafts(place, draft);
      return { at: "acquired", lock: held(place, mine) };
    }
    rmSync(path(place, mine), { force: true });
  }
}

function held(place: Place, generation: number): RunLock {
  let released = false;
  const release = (): void => {
    if (released) return;
    released = true;
    const file = path(place, generation);
    const draft = draftPath(place.dir, place.name);
    try {
      // The folder may have been deleted since, and the file of that name belong to the next run.
      if (livingOwner(place, generation)?.pid !== process.pid) return;
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
const draftPath = (dir: string, name: string): string =>
  join(dir, `${name}-${process.pid}-${process.hrtime.bigint()}`);

const path = ({ dir, name }: Place, generation: number): string => join(dir, `${name}.${generation}`);

/** All numbers in use, rising. */
function generations({ dir, name }: Place): readonly number[] {
  let names: readonly string[];
  try {
    names = readdirSync(dir);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) return []; // nobody holds what is no folder
    throw error;
  }
  return names
    .filter((file) => file.startsWith(`${name}.`) && /^[a-z]+\.\d{1,15}$/.test(file))
    .map((file) => Number(file.slice(name.length + 1)))
    .toSorted((a, b) => a - b);
}

function livingOwner(place: Place, generation: number | undefined): LockOwner | null {
  if (generation === undefined) return null;
  try {
    const owner: unknown = JSON.parse(readFileSync(path(place, generation), "utf8"));
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
function sweepDrafts({ dir, name }: Place, own: string): void {
  for (const each of readdirSync(dir)) {
    const file = join(dir, each);
    if (!each.startsWith(`${name}-`) || !/^[a-z]+-\d+-\d+$/.test(each) || file === own) continue;
    try {
      const owner: unknown = JSON.parse(readFileSync(file, "utf8"));
      if (isOwner(owner) && !isSameProcess(owner)) rmSync(file, { force: true });
    } catch {
      // half written by a living contender, or already gone: it removes its own
    }
  }
}
