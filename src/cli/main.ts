import { readFileSync } from "node:fs";
import { enableCompileCache } from "node:module";

// Nothing else is imported before the arguments were looked at: `--version` costs what Node itself costs.
const args = process.argv.slice(2);
if (args[0] === "--version") {
  process.stdout.write(`${ownVersion()}\n`);
} else {
  enableCompileCache();
  const { run } = await import("./run.ts");
  await run(args, ownVersion());
}

function ownVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const own: { readonly version: string } = JSON.parse(text);
  return own.version;
}
