import type { Command } from "commander";
import { addCommand } from "../command.ts";
import { contextOf } from "../context.ts";

export function addPs(program: Command): void {
  addCommand(program, "ps", {
    summary: "every resource: state, what it really is, url, restarts",
    examples: [
      ["agents ps", "this project"],
      ["agents ps --all", "every project of this user"],
      ["agents ps --json", "for scripts"],
    ],
  })
    .option("--all", "every project of this user on this machine")
    .action(async (options: { readonly all?: true }, command: Command) => {
      const { ps } = await import("../work/ps.ts");
      await ps(contextOf(command), options.all === true);
    });
}
