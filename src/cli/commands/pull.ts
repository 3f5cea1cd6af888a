import type { Command } from "commander";
import { addCommand } from "../command.ts";
import { contextOf } from "../context.ts";

export function addPull(program: Command): void {
  addCommand(program, "pull", {
    summary: "fetch the images and models that agents up may need, beforehand",
    examples: [
      ["agents pull", "what is here already is not fetched again"],
      ["agents pull --json", "progress and outcome as NDJSON"],
    ],
  }).action(async (_options: unknown, command: Command) => {
    const { pull } = await import("../work/pull.ts");
    await pull(contextOf(command));
  });
}
