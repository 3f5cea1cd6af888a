import { readFileSync } from "node:fs";
import { isWatchdog } from "./marker.ts";
import type { ProcessRow } from "./process-table.ts";
import { pids, readProcess } from "./process-table.ts";

/** How often it is asked whether anything was forked on this machine: one small file is read. */
const TICK_MS = 400;
/** Where that cannot be asked, or says nothing: look all the same. */
const LOOK_AT_LEAST_MS = 5_000;
/** Looks take at most this part of the time, however many processes the machine has and however busy it is … */
const SHARE = 1 / 1000;
/** … but where processes are forked, none is further from the next one than this: nothing is left behind comes first. */
const LOOK_AT_MOST_APART_MS = 1_000;

/** Told of every process that was seen below a leader, by pid and start time. */
export interface LineageListener {
  addProcess(row: ProcessRow): void;
  removeProcess(row: ProcessRow): void;
}

/** What is asked of the kernel. */
export interface Machine {
  pids(): readonly number[];
  read(pid: number): ProcessRow | null;
  /** Another answer than before: something was forked since. Null where that cannot be told. */
  lastFork(): string | null;
  isWatchdog(pid: number): boolean;
}

/** A leader, or a process that was seen below it. */
interface Member {
  readonly leader: number;
  readonly row: ProcessRow;
}

/**
 * Remembers who was seen below a leader, on a system with /proc: what left its group, its session and the marker in its
 * environment is still known by its parent at that time. Only processes that are new since the last look are read, and
 * only when something was forked at all, so that watching an idle machine costs next to nothing. What loses its parent
 * between two looks, too, is not found. The watchdog of a run inside of an agent is not ours to end: it ends that run's
 * processes when we have ended the run, and then itself.
 */
export class Lineage {
  readonly #machine: Machine;
  readonly #leaders = new Map<number, LineageListener>();
  /** By pid; the start time tells whether it is still the one that was seen. */
  readonly #members = new Map<number, Member>();
  /** Everything that was seen, ours or not. */
  #seen = new Set<number>();
  #forks: string | null = null;
  #lookedAt = 0;
  /** CPU time of the last look, in ms. */
  #cost = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(machine: Machine = THIS_MACHINE) {
    this.#machine = machine;
  }

  /** Begins to watch below a leader. */
  follow(leader: number, listener: LineageListener): void {
    // Nothing that was there before the first leader can be below one, so that it need not be read.
    if (this.#leaders.size === 0) this.#seen = new Set(this.#machine.pids());
    // What this one has forked already was taken for a stranger's.
    for (const pid of this.#seen) if (pid > leader) this.#seen.delete(pid);
    this.#drop(leader); // one that had its number
    this.#leaders.set(leader, listener);
    const row = this.#machine.read(leader);
    if (row !== null) this.#members.set(leader, { leader, row });
    this.#forks = null;
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** Looks now, unless nothing was forked since the last look. */
  look(): void {
    const forks = this.#machine.lastFork();
    if (forks !== null && forks === this.#forks) return;
    const since = process.threadCpuUsage();
    this.#forks = forks;
    this.#find();
    const { user, system } = process.threadCpuUsage(since);
    this.#lookedAt = performance.now();
    this.#cost = (user + system) / 1000;
  }

  /** Those of a leader's that live now. */
  living(leader: number): readonly ProcessRow[] {
    this.look();
    return [...this.#members.values()]
      .filter((member) => member.leader === leader && member.row.pid !== leader)
      .map(({ row }) => row)
      .filter((row) => this.#now(row)?.zombie === false && !this.#machine.isWatchdog(row.pid));
  }

  /** Nothing of it is left. */
  forget(leader: number): void {
    for (const [pid, member] of this.#members) if (member.leader === leader) this.#drop(pid);
    this.#leaders.delete(leader);
    if (this.#leaders.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const since = performance.now() - this.#lookedAt;
    if (since < Math.min(this.#cost / SHARE, LOOK_AT_MOST_APART_MS)) return;
    if (since > LOOK_AT_LEAST_MS) this.#forks = null;
    this.look();
  }

  #find(): void {
    const now = this.#machine.pids();
    const fresh = now.filter((pid) => !this.#seen.has(pid)).toSorted((a, b) => a - b);
    this.#seen = new Set(now);
    for (const [pid, { leader }] of this.#members) {
      const gone = !this.#seen.has(pid);
      // Where nobody reaps what lost its parent, an ended one is seen for ever.
      if (gone || (pid !== leader && this.#machine.read(pid)?.zombie === true)) this.#drop(pid);
    }
    const unknown = fresh.flatMap((pid) => (this.#members.has(pid) ? [] : (this.#machine.read(pid) ?? [])));
    const checked = new Set<number>();
    // Parents come before their children unless the numbers have begun anew: then once more.
    for (let found = true; found;) {
      found = false;
      for (const row of unknown) {
        if (this.#members.has(row.pid)) continue;
        const parent = this.#members.get(row.ppid);
        if (parent === undefined) continue;
        // Read after its child: if it is the one that was seen, it was so when the child named it.
        if (!checked.has(row.ppid) && this.#now(parent.row) === null) {
          this.#drop(row.ppid);
          const other = this.#machine.read(row.ppid);
          if (other !== null) unknown.push(other);
          found = true;
          continue;
        }
        checked.add(row.ppid);
        if (this.#machine.isWatchdog(row.pid)) continue;
        this.#members.set(row.pid, { leader: parent.leader, row });
        this.#leaders.get(parent.leader)?.addProcess(row);
        found = true;
      }
    }
  }

  /** This very process (not another with its pid) as it is now, or null. */
  #now({ pid, start }: ProcessRow): ProcessRow | null {
    const now = this.#machine.read(pid);
    return now?.start === start ? now : null;
  }

  #drop(pid: number): void {
    const member = this.#members.get(pid);
    this.#members.delete(pid);
    if (member !== undefined && pid !== member.leader)
      this.#leaders.get(member.leader)?.removeProcess(member.row);
  }
}

const THIS_MACHINE: Machine = { pids, read: readProcess, lastFork, isWatchdog };

/** proc_loadavg(5): the last field is the pid that was given last. */
function lastFork(): string | null {
  try {
    return readFileSync("/proc/loadavg", "latin1").trimEnd().split(" ").at(-1) ?? null;
  } catch {
    return null;
  }
}
