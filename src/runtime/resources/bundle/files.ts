import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AgentsError } from "../../model/errors.ts";

let counter = 0;

/** A name beside the final one that no other run and no other call uses. */
function besideName(path: string): string {
  counter += 1;
  return join(dirname(path), `.new-${process.pid}-${counter}-${basename(path)}`);
}

/** Whole or not at all: written beside, then renamed. */
export function writeFileWhole(file: string, content: string | Uint8Array): void {
  guarded(dirname(file), () => {
    mkdirSync(dirname(file), { recursive: true });
    const beside = besideName(file);
    writeFileSync(beside, content);
    renameSync(beside, file);
  });
}

/** A folder whose name tells its content: when another run was first, its folder is as good. */
export function writeFolderWhole(dir: string, files: ReadonlyMap<string, string | Uint8Array>): void {
  guarded(dirname(dir), () => {
    const beside = besideName(dir);
    mkdirSync(beside, { recursive: true });
    for (const [name, content] of files) writeFileSync(join(beside, name), content);
    try {
      renameSync(beside, dir);
    } catch (error) {
      rmSync(beside, { recursive: true, force: true });
      if (!isCode(error, "ENOTEMPTY", "EEXIST")) throw error;
    }
  });
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

function guarded(place: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof Error) || !isCode(error, "EACCES", "EPERM", "EROFS", "ENOSPC", "ENOTDIR"))
      throw error;
    throw new AgentsError("AGENTS_STATE_BROKEN", `bundles cannot be kept in ${place}: ${error.message}`, {
      path: place,
      expected: "a folder that can be written to, on a disk with space left",
      hint: `Make ${place} writable, or free some space.`,
      cause: error,
    });
  }
}

/** What a JSON file holds, if it is there, whole, and of the shape that `is` knows. */
export function readJson<T>(file: string, is: (value: unknown) => value is T): T | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return is(value) ? value : null;
  } catch {
    return null; // missing or damaged
  }
}
