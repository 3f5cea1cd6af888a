import { hasRunConfig, takeStray } from "../runtime/config/left-running.ts";
import { createProgram } from "./program.ts";
import { handleClosedPipes, output } from "./render/output.ts";
import { reportError } from "./report-error.ts";
import { silenceNodesOwnWarnings } from "./silence-warnings.ts";
import { usageError } from "./usage.ts";

/** Runs one command line and sets the exit code of the process. */
export async function run(args: readonly string[], version: string): Promise<void> {
  silenceNodesOwnWarnings();
  handleClosedPipes();
  const program = createProgram(version);
  const report = (error: unknown): number => reportError(error, output(flags(args)), { args, version });
  process.on("uncaughtException", (error) => {
    if (!takeStray(error)) process.exit(report(error));
  });
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: "user" });
  } catch (error) {
    const own = usageError(error, program, args);
    if (own !== null) process.exitCode = report(own);
  }
  if (hasRunConfig()) await exit();
}

/** What a config left running must not keep a command from ending that has done its work. */
async function exit(): Promise<never> {
  for (const stream of [process.stdout, process.stderr])
    await new Promise<void>((resolve) => stream.write("", () => resolve()));
  return process.exit();
}

/** What decides how an error looks, read without parsing: the arguments may be what is wrong. */
function flags(args: readonly string[]): { readonly json: boolean; readonly color: boolean } {
  const end = args.indexOf("--");
  const options = end < 0 ? args : args.slice(0, end);
  return { json: options.includes("--json"), color: !options.includes("--no-color") };
}
