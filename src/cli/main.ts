import { enableCompileCache } from "node:module";
import { ownVersion } from "./own-version.ts";

// Nothing else is imported before the arguments were looked at: `--version` costs what Node itself costs.
const args = process.argv.slice(2);
if (args[0] === "--version") {
  process.stdout.write(`${ownVersion()}\n`);
} else {
  enableCompileCache();
  const { run } = await import("./run.ts");
  await run(args, ownVersion());
}
