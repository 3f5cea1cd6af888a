import { basename } from "node:path";
import { enableCompileCache } from "node:module";
import { ownVersion } from "./own-version.ts";

// Nothing else is imported before the arguments were looked at: `--version` costs what Node itself costs.
const args = process.argv.slice(2);
const [first, second] = args;
/** By the name of daprd (a link of that name), it is what a daprd is, with all its arguments. */
const isDaprd = basename(process.argv[1] ?? "") === "daprd";
const isSidecar = isDaprd || first === "sidecar";
if (!isDaprd && (first === "--version" || (first === "--json" && second === "--version"))) {
  const version = ownVersion();
  process.stdout.write(args.includes("--json") ? `${JSON.stringify({ version })}\n` : `${version}\n`);
} else if (isSidecar) {
  enableCompileCache();
  const { silenceNodesOwnWarnings } = await import("./silence-warnings.ts");
  silenceNodesOwnWarnings();
  const { runStandalone } = await import("../runtime/standalone/main.ts");
  process.exitCode = await runStandalone(first === "sidecar" ? args.slice(1) : args, ownVersion());
  // What it leaves open is nobody's any more.
  process.exit();
} else {
  enableCompileCache();
  const { run } = await import("./run.ts");
  await run(args, ownVersion());
}
