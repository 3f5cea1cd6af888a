import { execFile } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { promisify } from "node:util";
import { holdersFromProc } from "./listeners.ts";
import { HAS_PROC } from "./process-table.ts";

/** A process that holds a port. */
export interface PortHolder {
  readonly pid: number;
  /** Its command line, with the program's name for its path. */
  readonly command: string;
  /** For how long it has been running, in ms; null where that is not known. */
  readonly ageMs: number | null;
  /** The folder of the agents' run that it is a part of: it would be started again, so that the run is what to end. */
  readonly run: string | null;
}

const run = promisify(execFile);
/** Ticks a second in /proc; Linux shows 100 to every program, whatever the kernel counts in. */
const CLOCK_TICKS = 100;

/** Who holds a TCP port of this machine; null when nobody does, or when it is another user's secret. */
export async function portHolder(port: number): Promise<PortHolder | null> {
  try {
    const pid = HAS_PROC ? holdersFromProc(port)[0] : await holderFromLsof(port);
    if (pid === undefined) return null;
    return HAS_PROC ? describeFromProc(pid) : await describeFromPs(pid);
  } catch {
    // It ended while being looked at, or the system has no lsof: nobody can be named.
    return null;
  }
}

/** `pid 4711 (node server.js, started 2 h ago)` */
export function describeHolder({ pid, command, ageMs }: PortHolder): string {
  const parts = [command, ageMs === null ? "" : `started ${duration(ageMs)} ago`].filter(
    (part) => part !== "",
  );
  return parts.length === 0 ? `pid ${pid}` : `pid ${pid} (${parts.join(", ")})`;
}

function describeFromProc(pid: number): PortHolder {
  const argv = readFileSync(`/proc/${pid}/cmdline`, "utf8")
    .split("\0")
    .filter((part) => part !== "");
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const startTicks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
  const upSeconds = Number(readFileSync("/proc/uptime", "latin1").split(" ")[0]);
  const ageMs = Math.max(0, (upSeconds - startTicks / CLOCK_TICKS) * 1000);
  return { pid, command: shorten(argv), ageMs: Number.isNaN(ageMs) ? null : ageMs, run: runOf(pid) };
}

function runOf(pid: number): string | null {
  try {
    const isOurs = readFileSync(`/proc/${pid}/environ`, "latin1").includes("AGENTS_RUN_ID=");
    return isOurs ? readlinkSync(`/proc/${pid}/cwd`) : null;
  } catch {
    return null; // another user's
  }
}

async function holderFromLsof(port: number): Promise<number | undefined> {
  const { stdout } = await run("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fp"]);
  const pid = Number(/^p(\d+)$/m.exec(stdout)?.[1]);
  return Number.isNaN(pid) ? undefined : pid;
}

async function describeFromPs(pid: number): Promise<PortHolder> {
  const { stdout } = await run("ps", ["-o", "lstart=,command=", "-p", String(pid)], {
    env: { LC_ALL: "C", PATH: "/bin:/usr/bin" },
  });
  const [, started = "", command = ""] = /^(.{24})\s+(.*)$/m.exec(stdout.trim()) ?? [];
  const ageMs = Date.now() - Date.parse(started);
  return { pid, command: shorten(command.split(" ")), ageMs: Number.isNaN(ageMs) ? null : ageMs, run: null };
}

function shorten([program = "", ...args]: readonly string[]): string {
  const text = [basename(program), ...args].join(" ");
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
