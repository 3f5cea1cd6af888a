import type { Command } from "commander";
import { addCommand } from "../command.ts";
import { contextOf } from "../context.ts";
import type { RawPublishOptions } from "../work/publish.ts";

export function addPublish(program: Command): void {
  addCommand(program, "publish <event>", {
    summary: "send an event, checked against the catalog",
    examples: [
      ["agents publish <event> --data @spec.json --wait", "send, and show all that it causes"],
      ["agents publish <event> --data '{\"id\":1}'", "the payload as JSON"],
      ["cat spec.json | agents publish <event> --data -", "the payload from stdin"],
      ["agents events catalog", "the events there are"],
    ],
  })
    .option("--data <json>", "the payload: JSON, @file, or - for stdin")
    .option("--subject <path>", "what it is about, as a path")
    .option("--correlation-id <uuid>", "the flow it belongs to (default: a new one)")
    .option("--raw", "send the data as it is: no envelope, no check")
    .option("--force", "send it even if it does not fit the catalog")
    .option("--wait [seconds]", "wait until everything it causes is handled (default: 30 s at most)")
    .action(async (event: string, options: RawPublishOptions, command: Command) => {
      const { publish } = await import("../work/publish.ts");
      await publish(contextOf(command), event, options);
    });
}
