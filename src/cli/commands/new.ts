import type { Command } from "commander";
import { addCommand } from "../command.ts";
import { contextOf } from "../context.ts";
import type { RawNewOptions } from "../work/new.ts";

export function addNew(program: Command): void {
  addCommand(program, "new <name>", {
    summary: "make a new agent: four layers, a prompt, tests, and its entry in the config",
    examples: [
      ["agents new inventory", "asks for the rest on a terminal"],
      ["agents new inventory --subscribes agents.servicedesk.ticket.created --yes", "without questions"],
      ["agents new inventory --dry-run", "what would be written"],
      ["agents events catalog", "the events there are"],
    ],
  })
    .option("--subscribes <events>", "event types it listens to, separated by commas", list, undefined)
    .option("--publishes <event>", "event type it publishes (default: agents.<name>.entry.recorded)")
    .option("--port <number>", "its port (default: the next free one from 7300)")
    .option("--force", "take events that the catalog does not have")
    .option("--files-only", "leave the config as it is, and print what to add to it")
    .option("--dry-run", "show what would be written, write nothing")
    .option("--yes", "ask nothing")
    .action(async (name: string, options: RawNewOptions, command: Command) => {
      const { newAgent } = await import("../work/new.ts");
      await newAgent(contextOf(command), name, options);
    });
}

function list(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...value.split(",").map((one) => one.trim())].filter((one) => one !== "");
}
