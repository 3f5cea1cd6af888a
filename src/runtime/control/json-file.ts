import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { errorCode, stateBroken, tryRemove } from "./state-dir.ts";

/** A small file of the state, as JSON; null where it is not there, or is not JSON: then it is as good as none. */
export function readJsonFile(path: string): unknown {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return value;
  } catch (cause) {
    if (cause instanceof SyntaxError || errorCode(cause) === "ENOENT" || errorCode(cause) === "ENOTDIR")
      return null;
    throw stateBroken(path, cause);
  }
}

/** Readable by its owner only, written in one step: a reader sees the old one or the new one, never a half. */
export function writeJsonFile(path: string, value: unknown): void {
  const draft = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    rmSync(draft, { force: true });
    writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    renameSync(draft, path);
  } catch (cause) {
    tryRemove(draft);
    throw stateBroken(path, cause);
  }
}
