import { enableCompileCache } from "node:module";
import { ownVersion } from "./own-version.ts";

// Nothing else is imported before the arguments were looked at: `--version` costs what Node itself costs.
const args = process.argv.slice(2);
const [first, second] = args;
if (first === "--version" || (first === "--json" && second === "--version")) {
  const version = ownVersion();
  process.stdout.write(args.includes("--json") ? `${JSON.stringify({ version })}\n` : `${version}\n`);
} else {
  enableCompileCache();
  const { run } = await import("./run.ts");
  await run(args, ownVersion());
}
