import type { Command } from "commander";
import { addCommand } from "../command.ts";
import { contextOf } from "../context.ts";

export function addCheck(program: Command): void {
  addCommand(program, "check [agent...]", {
    summary: "check the agents' code against the rules of the four layers; works while nothing runs",
    examples: [
      ["agents check", "every agent: file, line and rule of each violation"],
      ["agents check inventory", "one agent"],
    ],
  }).action(async (agents: readonly string[], _options: unknown, command: Command) => {
    const { check } = await import("../work/check.ts");
    await check(contextOf(command), agents);
  });
}
