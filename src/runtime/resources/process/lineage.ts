import { readFileSync } from "node:fs";
import type { ProcessRow } from "./process-table.ts";
import { isAlive, pids, readProcess } from "./process-table.ts";

/** How often it is asked whether anything was forked on this machine: one small file is read. */
const TICK_MS = 200;
/** Where that cannot be asked, or says nothing: look all the same. */
const LOOK_AT_LEAST_MS = 2_000;
/** Looks take at most this part of the time, however many processes the machine has and however busy it is. */
const SHARE = 1 / 250;

/** Told of every process that was seen below a leader, by pid and start time. */
export interface LineageListener {
  addProcess(row: ProcessRow): void;
  removeProcess(row: ProcessRow): void;
}

/**
 * Remembers who was seen below a leader, on a system with /proc: what left its group, its session and the marker in its
 * environment is still known by its parent at that time. Only processes that are new since the last look are read, and
 * only when something was forked at all, so that watching an idle machine costs next to nothing. What loses its parent
 * between two looks, too, is not found.
 */
export class Lineage {
  readonly #leaders = new Map<number, LineageListener>();
  /** pid → the leader it descends from. */
  readonly #owner = new Map<number, number>();
  readonly #rows = new Map<number, ProcessRow>();
  /** Everything that was seen, ours or not. */
  #seen = new Set<number>();
  #forks: string | null = null;
  #lookedAt = 0;
  #cost = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Begins to watch below a leader. */
  follow(leader: number, listener: LineageListener): void {
    this.#leaders.set(leader, listener);
    this.#owner.set(leader, leader);
    // What it has forked already was taken for a stranger's.
    for (const pid of this.#seen) if (pid > leader) this.#seen.delete(pid);
    this.#forks = null;
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** Looks now, unless nothing was forked since the last look. */
  look(): void {
    const forks = lastFork();
    if (forks !== null && forks === this.#forks) return;
    const since = performance.now();
    const isFirst = this.#seen.size === 0;
    this.#forks = forks;
    this.#find();
    this.#lookedAt = performance.now();
    // The first one after a start reads everything; those that follow do not.
    this.#cost = isFirst ? 0 : this.#lookedAt - since;
  }

  /** Those of a leader's that live now. */
  living(leader: number): readonly ProcessRow[] {
    this.look();
    return [...this.#rows.values()].filter((row) => this.#owner.get(row.pid) === leader && isAlive(row));
  }

  /** Nothing of it is left. */
  forget(leader: number): void {
    for (const [pid, owner] of this.#owner) if (owner === leader) this.#drop(pid);
    this.#leaders.delete(leader);
    if (this.#leaders.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const since = performance.now() - this.#lookedAt;
    if (since < this.#cost / SHARE) return;
    if (since > LOOK_AT_LEAST_MS) this.#forks = null;
    this.look();
  }

  #find(): void {
    const now = pids();
    const fresh = now.filter((pid) => !this.#seen.has(pid)).toSorted((a, b) => a - b);
    this.#seen = new Set(now);
    for (const [pid] of this.#rows) if (!this.#seen.has(pid)) this.#drop(pid);
    const unknown = fresh.flatMap((pid) => (this.#owner.has(pid) ? [] : (readProcess(pid) ?? [])));
    // Parents come before their children unless the numbers have begun anew: then once more.
    for (let found = true; found;) {
      found = false;
      for (const row of unknown) {
        const owner = this.#owner.get(row.ppid);
        if (owner === undefined || this.#owner.has(row.pid)) continue;
        this.#owner.set(row.pid, owner);
        this.#rows.set(row.pid, row);
        this.#leaders.get(owner)?.addProcess(row);
        found = true;
      }
    }
  }

  #drop(pid: number): void {
    const row = this.#rows.get(pid);
    const owner = this.#owner.get(pid);
    this.#rows.delete(pid);
    this.#owner.delete(pid);
    if (row !== undefined && owner !== undefined) this.#leaders.get(owner)?.removeProcess(row);
  }
}

/** proc_loadavg(5): the last field is the pid that was given last. */
function lastFork(): string | null {
  try {
    return readFileSync("/proc/loadavg", "latin1").trimEnd().split(" ").at(-1) ?? null;
  } catch {
    return null;
  }
}
