import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isSameProcess } from "./process-start.ts";
import type { RunFile } from "./run-control.ts";
import { ensureStateDir, errorCode, stateBroken, stateDirOf, tryRemove } from "./state-dir.ts";

/** What `.agents/run.json` tells about the run of a folder. */
export type FoundRun =
  | { readonly at: "none" }
  /** It is there, but cannot be understood (cut short, edited, of another version). */
  | { readonly at: "broken"; readonly path: string; readonly reason: string }
  /** Its process is gone, or its pid belongs to another process by now. */
  | { readonly at: "stale"; readonly file: RunFile }
  | { readonly at: "up"; readonly file: RunFile };

const runFilePath = (root: string): string => join(stateDirOf(root), "run.json");

/** Writes `run.json`, readable by its owner only, in one step: a reader sees the old one or the new one, never a half. */
export function writeRunFile(root: string, file: RunFile): void {
  ensureStateDir(root);
  const path = runFilePath(root);
  const draft = `${path}.${process.pid}`;
  try {
    rmSync(draft, { force: true }); // a leftover could have other rights
    writeFileSync(draft, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    renameSync(draft, path);
  } catch (cause) {
    tryRemove(draft);
    throw stateBroken(path, cause);
  }
}

/** Looks for the run of this folder. Throws `AGENTS_STATE_BROKEN` only where the file may not be read. */
export function findRun(root: string): FoundRun {
  const path = runFilePath(root);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const code = errorCode(cause);
    if (code === "ENOENT" || code === "ENOTDIR") return { at: "none" };
    throw stateBroken(path, cause);
  }
  const file = parse(text);
  if (typeof file === "string") return { at: "broken", path, reason: file };
  return isSameProcess(file) ? { at: "up", file } : { at: "stale", file };
}

/** Removes `run.json`, if it is still that run's own. */
export function removeRunFile(root: string, runId: string): void {
  const path = runFilePath(root);
  try {
    const file = parse(readFileSync(path, "utf8"));
    if (typeof file !== "string" && file.runId !== runId) return;
    rmSync(path, { force: true });
  } catch (cause) {
    if (errorCode(cause) !== "ENOENT") throw stateBroken(path, cause);
  }
}

const TEXTS = ["runId", "project", "processStart", "startedAt", "control", "token", "configFile"] as const;

const isWhole = (file: Partial<RunFile>): file is RunFile =>
  file.version === 1 && file.pid !== undefined && TEXTS.every((name) => file[name] !== undefined);

/** The file, or what is wrong with it. */
function parse(text: string): RunFile | string {
  let file: Partial<RunFile> | null;
  try {
    file = JSON.parse(text);
  } catch {
    return "it is not JSON";
  }
  if (typeof file !== "object" || file === null) return "it is not a JSON object";
  if (file.version !== 1) return `its version is ${JSON.stringify(file.version)}, expected 1`;
  if (!Number.isSafeInteger(file.pid)) return "its pid is not a number";
  const missing = TEXTS.find((name) => typeof file[name] !== "string");
  if (missing !== undefined) return `its ${missing} is not a text`;
  if (!/^http:\/\/127\.0\.0\.1:\d+$/.test(file.control ?? ""))
    return "its control address is not on 127.0.0.1";
  return isWhole(file) ? file : "a part of it is missing";
}
