import { readFileSync } from "node:fs";
import { memoryEventsOf } from "./own-cgroup.ts";

/** A counter of processes that the kernel has ended for want of memory. */
class MemoryKills {
  readonly #read: () => number | null;
  #seen: number | null | undefined;

  constructor(read: () => number | null) {
    this.#read = read;
  }

  note(): void {
    if (this.#seen === undefined) this.#seen = this.#read();
  }

  /** Whether there is one more since the last question. False where nobody counts. */
  more(): boolean {
    const before = this.#seen;
    const now = this.#read();
    this.#seen = now;
    return now !== null && now > (before ?? now);
  }
}

const ofMachine = new MemoryKills(() => countIn("/proc/vmstat"));
const ofOwnGroup = new MemoryKills(() => {
  const file = ownFile();
  return file === null ? null : countIn(file);
});

/** Call when a process starts: what the kernel has counted so far is not about it. */
export function noteMemoryKills(): void {
  ofMachine.note();
  ofOwnGroup.note();
}

/**
 * Whether the kernel has ended a process of this machine for want of memory since the last question. A reason to ask
 * further, and no proof: it may have been anybody's. False where the kernel does not count (Linux 4.13 and later do).
 */
export function killedForMemory(): boolean {
  return ofMachine.more();
}

/**
 * Whether the kernel has ended a process of our own control group for want of memory since the last question. Asked only
 * after a SIGKILL that we did not send, this tells an out-of-memory kill from somebody's `kill -9`. False where the group
 * is not counted: what is not known is not said.
 */
export function childKilledForMemory(): boolean {
  return ofOwnGroup.more();
}

let own: string | null | undefined;

function ownFile(): string | null {
  if (own !== undefined) return own;
  try {
    const [cgroup, mounts] = ["cgroup", "mountinfo"].map((name) =>
      readFileSync(`/proc/self/${name}`, "utf8"),
    );
    own = memoryEventsOf(cgroup ?? "", mounts ?? "");
  } catch {
    own = null; // no Linux
  }
  return own;
}

function countIn(file: string): number | null {
  try {
    const found = /^oom_kill (\d+)$/m.exec(readFileSync(file, "latin1"));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}
