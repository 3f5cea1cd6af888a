import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { pids } from "./process-table.ts";

/** TCP states of proc_net_tcp: a listener is who a person means by "holds the port"; others only where there is none. */
const LISTEN = "0A";

/** Pids of the processes that hold a local TCP port, IPv4 or IPv6, listeners first. Linux. */
export function holdersFromProc(port: number): readonly number[] {
  const sockets = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => socketsOn(file, port));
  const listeners = sockets.filter(({ state }) => state === LISTEN);
  const inodes = new Set(
    (listeners.length > 0 ? listeners : sockets).map(({ inode }) => `socket:[${inode}]`),
  );
  return inodes.size === 0 ? [] : pids().filter((pid) => holds(pid, inodes));
}

function socketsOn(
  file: string,
  port: number,
): readonly { readonly state: string; readonly inode: string }[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  try {
    return readFileSync(file, "latin1")
      .split("\n")
      .slice(1)
      .flatMap((line) => {
        const [, local = "", , state = "", , , , , , inode = "0"] = line.trim().split(/\s+/);
        return local.endsWith(suffix) && inode !== "0" ? [{ state, inode }] : [];
      });
  } catch {
    // No IPv6 in this kernel.
    return [];
  }
}

function holds(pid: number, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => inodes.has(link(`/proc/${pid}/fd/${fd}`)));
  } catch {
    // Ended meanwhile, or another user's.
    return false;
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed meanwhile.
    return "";
  }
}
