import { findProgram } from "../../runtime/session/find-program.ts";
import type { Check } from "./check.ts";
import { ok } from "./check.ts";

const TOOLS = ["redis-server"] as const;

/** What is installed; whether it is used stands below, with the reason. */
export function checkTools(path: string): readonly Check[] {
  return TOOLS.map((tool) => {
    const file = findProgram(tool, path);
    return ok(tool, file === null ? "not on the PATH" : `found at ${file}`);
  });
}
