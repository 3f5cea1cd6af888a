import { readFileSync } from "node:fs";

let seen: number | null | undefined;

/** Call when a process starts: what the kernel has counted so far is not about it. */
export function noteMemoryKills(): void {
  if (seen === undefined) seen = memoryKills();
}

/**
 * Whether the kernel has ended a process for want of memory since the last question. Asked only after a SIGKILL that
 * we did not send, this tells an out-of-memory kill from somebody's `kill -9`. False where the kernel does not count.
 */
export function killedForMemory(): boolean {
  const before = seen;
  const now = memoryKills();
  seen = now;
  return now !== null && now > (before ?? now);
}

/** Linux 4.13 and later count in /proc/vmstat, for all control groups together. */
function memoryKills(): number | null {
  try {
    const found = /^oom_kill (\d+)$/m.exec(readFileSync("/proc/vmstat", "latin1"));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}
