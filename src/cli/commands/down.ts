import type { Command } from "commander";
import { addCommand } from "../command.ts";
import { contextOf } from "../context.ts";

interface DownOptions {
  readonly volumes?: true;
  readonly all?: true;
}

export function addDown(program: Command): void {
  addCommand(program, "down", {
    summary: "stop everything this project started",
    examples: [
      ["agents down", "stop; events that wait are kept"],
      ["agents down -v", "also remove logs, events and state"],
      ["agents down --all", "every project of this user"],
    ],
  })
    .option("-v, --volumes", "also remove the state: logs, events, data")
    .option("--all", "every project of this user on this machine")
    .action(async (options: DownOptions, command: Command) => {
      const { down } = await import("../work/down.ts");
      await down(contextOf(command), { volumes: options.volumes === true, all: options.all === true });
    });
}
