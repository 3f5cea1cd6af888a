import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Custom `exports` conditions for a project's programs. Only the project that is `agents-apphost` itself has its own
 * source to run; for everybody else the package means what it ships.
 */
export function ownConditions(root: string): readonly string[] {
  try {
    const text = readFileSync(join(root, "package.json"), "utf8");
    const { name } = JSON.parse(text) as { readonly name?: unknown };
    return name === "agents-apphost" || process.execArgv.includes("--conditions=agents-source")
      ? ["agents-source"]
      : [];
  } catch {
    return process.execArgv.includes("--conditions=agents-source") ? ["agents-source"] : [];
  }
}
