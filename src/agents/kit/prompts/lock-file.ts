import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { StartError } from "../process/start-error.ts";
import { LOCK_FILE } from "./lock.ts";
import { plainReason } from "./plain-reason.ts";

/**
 * The text of the lock in the folder of all prompts; null where there is no such file.
 *
 * @throws StartError AGENTS_PROMPT_UNLOCKED for a lock that is there and cannot be read.
 */
export async function readLockFile(folder: string): Promise<string | null> {
  const path = join(folder, LOCK_FILE);
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return null;
    throw new StartError(
      `${path} cannot be read: ${plainReason(error)}`,
      "Make it a file that this user can read, or remove it and run agents prompts lint --update.",
      { cause: error, code: "AGENTS_PROMPT_UNLOCKED" },
    );
  }
}
