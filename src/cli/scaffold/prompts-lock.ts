import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { NewFile } from "./template-files.ts";
import type { ChangedFile } from "./write-files.ts";

/**
 * The project's `prompts.lock.json` with the prompts of a new agent; null where there is no lock, or none that can be read:
 * `agents prompts lint` then says what is wrong with it.
 */
export function lockedPrompts(root: string, files: readonly NewFile[]): ChangedFile | null {
  const file = join(root, "prompts/prompts.lock.json");
  if (!existsSync(file)) return null;
  const before = readFileSync(file, "utf8");
  const lock = readLock(before);
  if (lock === null) return null;
  const added = files.flatMap(({ path, text }) => {
    const agent = /^prompts\/([^/]+)\/[^/]+\.yaml$/.exec(path)?.[1];
    if (agent === undefined) return [];
    const { name, version }: { readonly name: string; readonly version: string } = parse(text);
    return [[`${agent}/${name}@${version}`, createHash("sha256").update(text).digest("hex")] as const];
  });
  const entries = [...Object.entries(lock), ...added].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { file, before, after: `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n` };
}

function readLock(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
