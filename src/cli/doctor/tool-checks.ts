import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { Check } from "./check.ts";
import { ok } from "./check.ts";

const TOOLS = ["docker", "daprd", "redis-server"] as const;

/** What is installed. This version runs its embedded parts whatever is found, and says so rather than pretend. */
export function checkTools(path: string): readonly Check[] {
  return TOOLS.map((tool) => {
    const file = find(tool, path);
    return ok(
      tool,
      file === null
        ? "not installed, and not needed: the embedded part runs"
        : `found at ${file}, not used in this version: the embedded part runs`,
    );
  });
}

function find(tool: string, path: string): string | null {
  return (
    path
      .split(delimiter)
      .filter((dir) => dir !== "")
      .map((dir) => join(dir, tool))
      .find(isExecutable) ?? null
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not ours to run
  }
}
