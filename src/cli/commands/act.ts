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
    examples: [["agents stop notification", "its sidecar stops with it"]],
  });

export const addRestart = (program: Command): void =>
  addAct(program, "restart", {
    summary: "stop and start resources",
    examples: [["agents restart implementation devops", "both at once"]],
  });

function addAct(program: Command, action: ResourceAction, text: CommandText): void {
  const command = addCommand(program, `${action} <name...>`, text);
  // A stop is limited by each agent's own stopTimeout.
  if (action !== "stop") command.option("--wait-timeout <seconds>", "how long it may take to be ready", "60");
  command.action(
    async (names: readonly string[], options: { readonly waitTimeout?: string }, self: Command) => {
      const { seconds } = await import("../up-options.ts");
      const limit = options.waitTimeout;
      const timeoutMs = limit === undefined ? null : seconds("--wait-timeout", limit) * 1000;
      const { act } = await import("../work/act.ts");
      await act(contextOf(self), action, names, timeoutMs);
    },
  );
}
