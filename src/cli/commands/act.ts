import type { Command } from "commander";
import type { ResourceAction } from "../../runtime/control/run-control.ts";
import type { CommandText } from "../command.ts";
import { addCommand } from "../command.ts";
import { contextOf } from "../context.ts";

export const addStart = (program: Command): void =>
  addAct(program, "start", {
    summary: "start resources that are stopped or failed",
    examples: [
      ["agents start notification", "its sidecar starts with it, and the events that waited are handled"],
    ],
  });

export const addStop = (program: Command): void =>
  addAct(program, "stop", {
    summary: "stop resources; their events wait for them",
    examples: [["agents stop notification", "its sidecar goes with it"]],
  });

export const addRestart = (program: Command): void =>
  addAct(program, "restart", {
    summary: "stop and start resources",
    examples: [["agents restart implementation devops", "both at once"]],
  });

function addAct(program: Command, action: ResourceAction, text: CommandText): void {
  addCommand(program, `${action} <name...>`, text).action(
    async (names: readonly string[], _options: unknown, command: Command) => {
      const { act } = await import("../work/act.ts");
      await act(contextOf(command), action, names);
    },
  );
}
