import { closeSync, existsSync, openSync, readdirSync, readSync } from "node:fs";

/** One process, as the kernel tells. */
export interface ProcessRow {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  /** A zombie has ended; only its parent has not yet asked. */
  readonly zombie: boolean;
  /** When it started, in whatever the system counts; with the pid it names a process for good, as pids are used again. */
  readonly start: string;
}

/** Linux tells about processes in /proc, and there their environment can be read, too. */
export const HAS_PROC = existsSync("/proc/self/environ");

/** All processes that can be seen. A few ms on a machine with some hundred. */
export function processTable(): readonly ProcessRow[] {
  return HAS_PROC ? pids().flatMap((pid) => readProcess(pid) ?? []) : psTable();
}

/** One process, or null when there is none with this pid. */
export function readProcess(pid: number): ProcessRow | null {
  if (!HAS_PROC) return psTable().find((row) => row.pid === pid) ?? null;
  const stat = read(`/proc/${pid}/stat`);
  return stat === null ? null : parseStat(pid, stat);
}

/** Whether this very process (not another with its pid) has not ended. */
export function isAlive(row: ProcessRow): boolean {
  const now = readProcess(row.pid);
  return now !== null && now.start === row.start && !now.zombie;
}

/**
 * The environment a process was started with, as `NAME=value` strings; null where it cannot be read: another user's,
 * a zombie's, or a system without /proc.
 */
export function environmentOf(pid: number): string | null {
  if (!HAS_PROC) return null;
  const text = read(`/proc/${pid}/environ`);
  return text === null || text === "" ? null : text;
}

/** Whether an environment text holds exactly this variable with this value. */
export function hasVariable(environment: string, variable: string): boolean {
  return environment.startsWith(`${variable}\0`) || environment.includes(`\0${variable}\0`);
}

/** Pids of all processes that can be seen in /proc. */
export function pids(): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0);
}

/** The processes below these in the tree, at any depth. */
export function descendants(table: readonly ProcessRow[], roots: ReadonlySet<number>): readonly ProcessRow[] {
  const children = Map.groupBy(table, ({ ppid }) => ppid);
  const found = new Map<number, ProcessRow>();
  const visit = (pid: number): void => {
    for (const child of children.get(pid) ?? []) {
      if (found.has(child.pid)) continue;
      found.set(child.pid, child);
      visit(child.pid);
    }
  };
  roots.forEach(visit);
  return [...found.values()];
}

/** proc_pid_stat(5): the command stands in brackets and may hold anything, so fields are counted from the last one. */
function parseStat(pid: number, stat: string): ProcessRow | null {
  const [state, ppid, pgid, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const start = rest[16];
  if (state === undefined || start === undefined) return null;
  return { pid, ppid: Number(ppid), pgid: Number(pgid), zombie: state === "Z" || state === "X", start };
}

/** The same from `ps`, which every Unix has; costs a process, so it is for systems without /proc. */
export function psTable(): readonly ProcessRow[] {
  // Not imported above: the watchdog reads this file, and is up sooner without.
  const { execFileSync } = process.getBuiltinModule("node:child_process");
  const text = execFileSync("ps", ["-axo", "pid=,ppid=,pgid=,stat=,lstart="], {
    encoding: "utf8",
    env: { PATH: "/bin:/usr/bin", LC_ALL: "C" },
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 64 * 1024 * 1024,
  });
  return text.split("\n").flatMap((line) => {
    const [pid, ppid, pgid, stat = "", ...start] = line.trim().split(/\s+/);
    if (pid === undefined || pid === "") return [];
    return {
      pid: Number(pid),
      ppid: Number(ppid),
      pgid: Number(pgid),
      zombie: stat.startsWith("Z"),
      start: start.join(" "),
    };
  });
}

/** Grows to what the largest environment needs. */
let room = Buffer.alloc(0);

/**
 * A look at the machine reads a file of every process, and each agent that ends waits for one: `readFileSync` asks for the
 * size of files that have none, and takes 64 KB anew for each.
 */
function read(file: string): string | null {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch {
    // Ended meanwhile, or another user's.
    return null;
  }
  try {
    for (let size = 0; ;) {
      if (size === room.length) room = Buffer.concat([room], size + 16_384);
      const got = readSync(descriptor, room, size, room.length - size, null);
      if (got === 0) return room.toString("latin1", 0, size);
      size += got;
    }
  } catch {
    return null; // likewise
  } finally {
    closeSync(descriptor);
  }
}
