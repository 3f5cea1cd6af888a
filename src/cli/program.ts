import { Command } from "commander";
import { globalOptions } from "./command.ts";
import { addCheck } from "./commands/check.ts";
import { addConfig } from "./commands/config.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addDown } from "./commands/down.ts";
import { addEvents } from "./commands/events.ts";
import { addLogs } from "./commands/logs.ts";
import { addNew } from "./commands/new.ts";
import { addPrompts } from "./commands/prompts.ts";
import { addPs } from "./commands/ps.ts";
import { addPull } from "./commands/pull.ts";
import { addPublish } from "./commands/publish.ts";
import { addSidecar } from "./commands/sidecar.ts";
import { addRestart, addStart, addStop } from "./commands/act.ts";
import { addUp } from "./commands/up.ts";

const EXAMPLES = `  agents up                                        start everything, watch it, Ctrl-C stops it
  agents ps                                        what runs, as what, since when
  agents publish <event> --data @file.json --wait  send an event and see what it causes
  agents events -f                                 every event and who handled it
  agents logs -f <agent>                           what an agent prints
`;

/** Every command of the CLI; what a command does is imported when it runs. */
export function createProgram(version: string): Command {
  const program = new Command("agents")
    .description("Start, watch and explain a system of event-driven agents.")
    .usage("<command> [options]")
    .addHelpText("before", EXAMPLES)
    .version(version, "--version", "the version of agents")
    .enablePositionalOptions()
    .configureHelp({
      subcommandTerm: (one) => `${one.name()} ${one.usage().replace(/^\[options\] ?/, "")}`.trim(),
    })
    .helpCommand("help [command]", "help for a command");
  program.commandsGroup("Run:");
  globalOptions(program);
  addUp(program);
  addDown(program);
  addStart(program);
  addStop(program);
  addRestart(program);
  addPull(program);
  addSidecar(program);
  program.commandsGroup("Look:");
  addPs(program);
  addLogs(program);
  addEvents(program);
  program.commandsGroup("Act:");
  addPublish(program);
  program.commandsGroup("Make:");
  addNew(program);
  program.commandsGroup("Check:");
  addCheck(program);
  addConfig(program);
  addDoctor(program);
  addPrompts(program);
  quiet(program);
  return program;
}

/** Errors are thrown, not printed: they are reported in one place, in one form. */
function quiet(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => {} });
  for (const child of command.commands) quiet(child);
}
