import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * When a process was started, as the kernel tells it: an opaque text that only equals itself. Together with the pid it
 * names one process for ever, because a pid alone is used again. Null: no such process, or only its corpse (a zombie
 * whose parent has not fetched it yet owns nothing any more).
 */
export function processStart(pid: number): string | null {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
}

/** True while exactly this process lives: the pid exists and was not given to another one since. */
export function isSameProcess(owner: { readonly pid: number; readonly processStart: string }): boolean {
  return processStart(owner.pid) === owner.processStart;
}

/** Whether it stands still by a signal, as Ctrl-Z sends it to what runs in the foreground of a terminal. */
export function isSuspended(pid: number): boolean {
  const state = process.platform === "linux" ? statFields(pid)?.[0] : ps(pid, "state=");
  return state?.toUpperCase().startsWith("T") === true;
}

/** `/proc/<pid>/stat`: field 22 is the start in clock ticks since boot, field 3 the state. */
function fromProc(pid: number): string | null {
  const fields = statFields(pid);
  const state = fields?.[0];
  if (state === "Z" || state === "X") return null;
  return fields?.[19] ?? null;
}

/** From field 3 on. */
function statFields(pid: number): readonly string[] | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return null; // gone between two looks is the same as gone
  }
  // Field 2 is the command in brackets and may hold spaces and brackets itself: count from the last one.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function fromPs(pid: number): string | null {
  const out = ps(pid, "state=,lstart=");
  if (out === null || out === "" || out.startsWith("Z")) return null;
  return out.slice(out.search(/\s/)).trim();
}

function ps(pid: number, columns: string): string | null {
  try {
    return execFileSync("ps", ["-o", columns, "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
    }).trim();
  } catch {
    return null; // ps ends with 1 when there is no such process
  }
}
