import type { Command } from "commander";
import { CommanderError } from "commander";
import { AgentsError } from "../runtime/model/errors.ts";

/** Commands that belong to the product and are not there yet, told apart from typos. */
const LATER = new Set(["attach", "scale", "init", "deploy", "releases", "mcp", "completion", "dashboard"]);

/** What commander found wrong with a command line, as an error of ours; null where it only showed help. Others pass. */
export function usageError(error: unknown, program: Command, args: readonly string[]): unknown {
  if (!(error instanceof CommanderError)) return error;
  if (error.exitCode === 0 || error.code === "commander.help") return null;
  const [first = "", second] = error.message.replace(/^error: /, "").split("\n");
  const message = first.replaceAll("'", '"');
  const later = /^unknown command "(\w+)"/.exec(message)?.[1];
  if (later !== undefined && LATER.has(later)) {
    return new AgentsError("AGENTS_NOT_SUPPORTED", `agents ${later} does not exist in this version.`, {
      found: later,
      expected: program.commands.map((one) => one.name()).join(", "),
      hint: "It is planned. agents --help lists the commands there are.",
    });
  }
  const guess = /\(Did you mean (?:one of )?(.*)\?\)/.exec(second ?? "")?.[1];
  const command = commandOf(program, args);
  return new AgentsError("AGENTS_USAGE", message.endsWith(".") ? message : `${message}.`, {
    hint: hintOf(guess, command),
  });
}

/** The command that was typed, with that of a group behind it: `prompts show`. */
function commandOf({ commands }: Command, args: readonly string[]): string {
  const found = commands.find((one) => args.includes(one.name()));
  if (found === undefined) return "";
  return `${found.name()} ${commandOf(found, args.slice(args.indexOf(found.name()) + 1))}`.trimEnd();
}

function hintOf(guess: string | undefined, command: string): string {
  const help = command === "" ? "agents --help" : `agents ${command} --help`;
  return guess === undefined
    ? `See: ${help}`
    : `Did you mean ${guess.split(", ").join(" or ")}? See: ${help}`;
}
