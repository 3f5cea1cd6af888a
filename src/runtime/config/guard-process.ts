import type { AgentsError } from "../model/errors.ts";
import { endsProcess } from "./run-module.ts";

/** While it lasts, a config can neither end this process nor write into what a command prints. */
export interface ProcessGuard extends Disposable {
  /** Throws where the config tried to end the process, also where it caught what that threw. */
  assertStayed(): void;
}

/** What the config writes to stdout goes to stderr: stdout is the command's, and may be JSON. */
export function guardProcess(file: string): ProcessGuard {
  const { stdout, stderr } = process;
  // oxlint-disable-next-line typescript/unbound-method -- put back as they were
  const [write, exit] = [stdout.write, process.exit];
  let tried: AgentsError | null = null;
  stdout.write = stderr.write.bind(stderr);
  const refuse = (): never => {
    const here: { stack?: string } = {};
    Error.captureStackTrace(here, refuse);
    throw (tried ??= endsProcess(file, here.stack));
  };
  process.exit = refuse;
  return {
    assertStayed() {
      if (tried !== null) throw tried;
    },
    [Symbol.dispose]() {
      stdout.write = write;
      process.exit = exit;
    },
  };
}
