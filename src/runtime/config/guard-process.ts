import type { AgentsError } from "../model/errors.ts";
import { endsProcess } from "./run-module.ts";

/** While it lasts, a config can neither end this process nor write into what a command prints. */
export interface ProcessGuard extends Disposable {
  /** Throws where the config tried to end the process, also where it caught what that threw. */
  assertStayed(): void;
}

/** What lasts now, the latest last: the process is its own again when the last of them is over, in whatever order they end. */
const lasting: Guard[] = [];
let putBack = (): void => undefined;

/** What the config writes to stdout goes to stderr: stdout is the command's, and may be JSON. */
export function guardProcess(file: string): ProcessGuard {
  const guard = new Guard(file);
  if (lasting.length === 0) guard.install();
  lasting.push(guard);
  return guard;
}

class Guard implements ProcessGuard {
  readonly #file: string;
  #tried: AgentsError | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  install(): void {
    const { stdout, stderr } = process;
    // oxlint-disable-next-line typescript/unbound-method -- put back as they were
    const [write, exit] = [stdout.write, process.exit];
    putBack = () => {
      stdout.write = write;
      process.exit = exit;
    };
    stdout.write = stderr.write.bind(stderr);
    const refuse = (): never => {
      const here: { stack?: string } = {};
      Error.captureStackTrace(here, refuse);
      throw (lasting.at(-1) ?? this).refused(here.stack);
    };
    process.exit = refuse;
  }

  refused(stack: string | undefined): AgentsError {
    return (this.#tried ??= endsProcess(this.#file, stack));
  }

  assertStayed(): void {
    if (this.#tried !== null) throw this.#tried;
  }

  [Symbol.dispose](): void {
    const at = lasting.indexOf(this);
    if (at < 0) return;
    lasting.splice(at, 1);
    if (lasting.length === 0) putBack();
  }
}
