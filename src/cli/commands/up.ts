import type { Command } from "commander";
import { Option } from "commander";
import { addCommand } from "../command.ts";
import { contextOf } from "../context.ts";
import type { RawUpOptions } from "../up-options.ts";

export function addUp(program: Command): void {
  addCommand(program, "up [agent...]", {
    summary: "start the agents and what they need; attach if they are running already",
    examples: [
      ["agents up", "start everything; Ctrl-C stops it"],
      ["agents up testplanning", "only this agent and what it needs"],
      ["agents up -d", "return when everything is ready"],
      ["agents up --isolated", "on free ports and names, beside another run"],
    ],
  })
    .option("-d, --detach", "return once all is ready; it runs on in the background")
    .option("--wait-timeout <seconds>", "how long everything may take to get ready", "60")
    .option("--no-watch", "do not restart agents when their files are saved")
    .option("--isolated", "choose all ports and names freely")
    .addOption(
      new Option("--ui <kind>", "what is shown").choices(["auto", "plain", "json", "none"]).default("auto"),
    )
    .option("--llm <mode>", "where answers come from: live, record, replay, sample")
    .option("--mode <mode>", "where resources run: auto, containers, embedded")
    .action(async (agents: readonly string[], options: RawUpOptions, command: Command) => {
      const { parseUpOptions } = await import("../up-options.ts");
      const parsed = parseUpOptions(agents, options);
      const { assertSupportedHere } = await import("../up/platform.ts");
      const { warmUp } = await import("../../runtime/warm-up.ts");
      assertSupportedHere();
      await using warm = parsed.detach ? null : warmUp();
      const { runUp } = await import("../up-run.ts");
      const code = await runUp({ ...parsed, context: contextOf(command) }, warm);
      if (code !== 0) process.exitCode = code;
    });
}
