import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";

/** This repository. */
export const REPO = dirname(dirname(import.meta.dirname));

/** The command as users have it: built. */
export const CLI = join(REPO, "bin/agents.js");

// A test never drives an old build; where it is current, seeing that takes some 60 ms.
// `env -u`: the compiler does not run with what tap adds to a child's Node.
execFileSync("env", ["-u", "NODE_OPTIONS", process.execPath, join(REPO, "scripts/prepare.js")], {
  stdio: ["ignore", 2, 2],
});
