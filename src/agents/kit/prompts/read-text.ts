import { readFile } from "node:fs/promises";
import { plainReason } from "./plain-reason.ts";
import { PromptBroken } from "./prompt-broken.ts";

/** The text of a prompt file. @throws PromptBroken where it is there and cannot be read: a folder, or not ours to read. */
export async function readText(path: string, file: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code === "ENOENT") throw error;
    throw new PromptBroken(`${file}: it cannot be read: ${plainReason(error)}`, { cause: error });
  }
}
