import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Proportional set size in MB: pages that several processes share count for each by its part. */
export function pss(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}

/** User and system time that a process has used so far, in ms. */
export function cpuMs(pid: number): number {
  // The name in parentheses may hold anything; fields count from after it (proc(5): utime is 14, stime 15).
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
    .replace(/^.*\) /su, "")
    .split(" ");
  const ticksPerSecond = 100; // USER_HZ, the same on every Linux that Node supports
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1000;
}

/** Between two looks at whether processes are busy. */
const LOOK_MS = 300;
const LIMIT_MS = 20_000;

/**
 * Resolves once these processes have used no more than a tick for two looks, however slow the machine is: what they load
 * late is loaded then. At the latest after 20 s.
 */
export async function untilIdle(pids: readonly number[]): Promise<void> {
  const used = (): number => pids.reduce((all, pid) => all + cpuMs(pid), 0);
  const began = performance.now();
  for (let quiet = 0, before = used(); quiet < 2 && performance.now() - began < LIMIT_MS;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const now = used();
    quiet = now - before <= 10 ? quiet + 1 : 0;
    before = now;
  }
}

/** The command line and the environment that a process was started with. */
export function launchOf(pid: number): {
  readonly command: readonly string[];
  readonly env: Record<string, string>;
  readonly cwd: string;
} {
  const parts = (file: string): string[] =>
    readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0").filter(Boolean);
  const env = Object.fromEntries(
    parts("environ").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  return { command: parts("cmdline"), env, cwd: readlinkSync(`/proc/${pid}/cwd`) };
}

/** Processes whose command line fits. */
export function processesWith(text: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/u.test(name) && commandLine(name).includes(text))
    .map(Number);
}

/** Empty when it ended meanwhile. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

export function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}
