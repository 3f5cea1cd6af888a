import type { Command } from "commander";
import { addCommand } from "../command.ts";
import { contextOf } from "../context.ts";

export function addDoctor(program: Command): void {
  addCommand(program, "doctor", {
    summary: "what is installed, what will really run here, what to do about it",
    examples: [["agents doctor", "exits with 1 if something keeps agents from running"]],
  }).action(async (_options: unknown, command: Command) => {
    const { doctor } = await import("../work/doctor.ts");
    await doctor(contextOf(command));
  });
}
