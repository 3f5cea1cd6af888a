import { resolve } from "node:path";
import type { Command } from "commander";
import type { ConfigPlace } from "../runtime/config/find.ts";
import { AgentsError } from "../runtime/model/errors.ts";
import type { Output } from "./render/output.ts";
import { output } from "./render/output.ts";

/** What every command is given beside its own arguments. */
export interface Context {
  readonly out: Output;
  /** Where the config is looked for: `--cwd`, `--config`. */
  readonly place: ConfigPlace;
  /** Aborts with `AGENTS_INTERRUPTED` at Ctrl-C or SIGTERM, from the first time it is asked for: a command that never asks is ended by the signal itself. */
  readonly signal: AbortSignal;
}

interface GlobalOptions {
  readonly json?: boolean;
  readonly config?: string;
  readonly cwd?: string;
  readonly color?: boolean;
}

/** Reads the options that every command has, given before or after the command's name. */
export function contextOf(command: Command): Context {
  const levels: readonly GlobalOptions[] = [
    command.opts<GlobalOptions>(),
    ...ancestors(command).map((above) => above.opts<GlobalOptions>()),
  ];
  const file = levels.find((options) => options.config !== undefined)?.config;
  const cwd = resolve(levels.find((options) => options.cwd !== undefined)?.cwd ?? ".");
  const json = levels.some((options) => options.json === true);
  const color = levels.every((options) => options.color !== false);
  let signal: AbortSignal | undefined;
  return {
    out: output({ json, color }),
    place: { cwd, ...(file === undefined ? {} : { file }) },
    get signal() {
      signal ??= interrupts();
      return signal;
    },
  };
}

function ancestors(command: Command): readonly Command[] {
  return command.parent === null ? [] : [command.parent, ...ancestors(command.parent)];
}

function interrupts(): AbortSignal {
  const controller = new AbortController();
  // Whoever waits is rejected with it; its empty message says that a person who interrupts needs no explanation.
  const interrupt = (): void => controller.abort(new AgentsError("AGENTS_INTERRUPTED", ""));
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, interrupt);
  return controller.signal;
}
