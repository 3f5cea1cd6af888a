import { spawn } from "node:child_process";
import { once } from "node:events";

/** Wall time of a whole process, in ms. */
export async function timeProcess(command: string, args: readonly string[], cwd?: string): Promise<number> {
  const started = performance.now();
  const child = spawn(command, args, { stdio: "ignore", ...(cwd === undefined ? {} : { cwd }) });
  const [code] = await once(child, "exit");
  const took = performance.now() - started;
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${String(code)}`);
  return took;
}
