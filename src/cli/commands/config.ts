import type { Command } from "commander";
import { addCommand } from "../command.ts";
import { contextOf } from "../context.ts";

export function addConfig(program: Command): void {
  addCommand(program, "config", {
    summary: "check the config and show what it resolves to",
    examples: [
      ["agents config", "every default filled in"],
      ["agents config --schema > agents.schema.json", "JSON Schema, for editors of JSON and YAML configs"],
    ],
  })
    .option("--schema", "the JSON Schema of a config")
    .action(async (options: { readonly schema?: true }, command: Command) => {
      const { showConfig } = await import("../work/config.ts");
      await showConfig(contextOf(command), options.schema === true);
    });
}
