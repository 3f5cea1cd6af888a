import type { Command } from "commander";
import { Option } from "commander";

/** How a command presents itself. */
export interface CommandText {
  readonly summary: string;
  /** Command lines, each with what it does: the help starts with them. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** True where `-f` means something else: the config is then named with `--config` only. */
  readonly ownF?: boolean;
}

/** Adds a command with the options that every command has. */
export function addCommand(parent: Command, usage: string, text: CommandText): Command {
  const command = parent
    .command(usage)
    .description(text.summary)
    .addHelpText("before", examples(text.examples));
  return globalOptions(command, text.ownF === true);
}

/** The options that every command has; declared on each command, so that they stand before or after its name. */
export function globalOptions(command: Command, ownF = false): Command {
  const config = ownF ? "--config <file>" : "-f, --config <file>";
  const options = [
    new Option("--json", "data as JSON on stdout, messages on stderr"),
    new Option(config, "config file, instead of the nearest agents.config.*"),
    new Option("--cwd <dir>", "folder to start in"),
    new Option("--no-color", "no colours (also: NO_COLOR)"),
  ];
  for (const option of options) command.addOption(option.helpGroup("Everywhere:"));
  return command.helpOption("-h, --help", "this help");
}

function examples(lines: CommandText["examples"]): string {
  const width = Math.max(...lines.map(([line]) => line.length));
  return `${lines.map(([line, does]) => `  ${line.padEnd(width)}   ${does}`).join("\n")}\n`;
}
