import { findProgram } from "../../runtime/session/find-program.ts";
import type { Check } from "./check.ts";
import { ok } from "./check.ts";

const TOOLS = ["docker", "daprd", "redis-server"] as const;

/** What is installed. This version runs its embedded parts whatever is found, and says so rather than pretend. */
export function checkTools(path: string): readonly Check[] {
  return TOOLS.map((tool) => {
    const file = findProgram(tool, path);
    return ok(
      tool,
      file === null
        ? "not installed, and not needed: the embedded part runs"
        : `found at ${file}, not used in this version: the embedded part runs`,
    );
  });
}
