import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { isSameProcess } from "./process-start.ts";
import { tryRemove } from "./state-dir.ts";

/** One run on this machine: what `ps --all` and `down --all` need to find it. Holds no token. */
export interface RunEntry {
  readonly version: 1;
  readonly root: string;
  readonly project: string;
  readonly runId: string;
  readonly pid: number;
  readonly processStart: string;
  readonly startedAt: string;
}

/**
 * The folder with one small file per run of this user (XDG base directory specification: `$XDG_STATE_HOME`, else
 * `~/.local/state`).
 */
export function registryDir(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const xdg = env["XDG_STATE_HOME"];
  // The specification says that a relative path is to be ignored.
  const base =
    xdg !== undefined && xdg.startsWith("/") ? xdg : join(env["HOME"] ?? homedir(), ".local", "state");
  return join(base, "agents", "runs");
}

export type Registration =
  | ({ readonly at: "registered" } & Disposable)
  /** The run goes on without: only `--all` does not see it. */
  | ({ readonly at: "unregistered"; readonly reason: string } & Disposable);

/** Enters a run; disposing removes the entry. A home that cannot be written never stops a run. */
export function registerRun(entry: RunEntry, dir: string = registryDir()): Registration {
  const path = join(dir, fileName(entry.root));
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
    renameSync(draft, path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { at: "unregistered", reason, [Symbol.dispose]: () => {} };
  }
  return { at: "registered", [Symbol.dispose]: () => removeOwn(path, entry) };
}

/** All runs of this user that live, oldest first. Entries of dead ones are removed on the way. */
export function listRuns(dir: string = registryDir()): readonly RunEntry[] {
  const living: RunEntry[] = [];
  for (const name of names(dir)) {
    const path = join(dir, name);
    const entry = read(path);
    if (entry !== null && isSameProcess(entry)) living.push(entry);
    // A run may have entered itself anew between our look and now: only what we looked at is removed.
    else if (entry !== null) removeOwn(path, entry);
    else if (name.endsWith(".json")) tryRemove(path);
  }
  return living.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
}

function fileName(root: string): string {
  // Not imported above: only a run that begins needs it, and every command reads this file.
  const { createHash } = process.getBuiltinModule("node:crypto");
  return `${createHash("sha256").update(root).digest("hex").slice(0, 24)}.json`;
}

function names(dir: string): readonly string[] {
  try {
    return readdirSync(dir).filter((name) => name.endsWith(".json"));
  } catch {
    return []; // no folder, no runs
  }
}

function read(path: string): RunEntry | null {
  try {
    const entry: RunEntry | null = JSON.parse(readFileSync(path, "utf8"));
    if (typeof entry !== "object" || entry === null || !Number.isSafeInteger(entry.pid)) return null;
    const texts = [entry.root, entry.project, entry.runId, entry.processStart, entry.startedAt];
    return texts.every((text) => typeof text === "string") ? entry : null;
  } catch {
    return null;
  }
}

function removeOwn(path: string, entry: RunEntry): void {
  const now = read(path);
  if (now !== null && now.pid === entry.pid && now.processStart === entry.processStart) tryRemove(path);
}
