import { readFileSync } from "node:fs";
import { join } from "node:path";

const SOURCE = "agents-source";

/**
 * Custom `exports` conditions for a project's programs. Only the project that is `agents-apphost` itself has its own
 * source to run, and who runs the CLI from source; for everybody else the package means what it ships.
 */
export function ownConditions(root: string): readonly string[] {
  return process.execArgv.includes(`--conditions=${SOURCE}`) || packageName(root) === "agents-apphost"
    ? [SOURCE]
    : [];
}

function packageName(root: string): unknown {
  try {
    const value: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    return typeof value === "object" && value !== null && "name" in value ? value.name : null;
  } catch {
    return null; // a project without a package.json has no name
  }
}
