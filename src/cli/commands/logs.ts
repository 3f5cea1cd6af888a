import type { Command } from "commander";
import { addCommand } from "../command.ts";
import { contextOf } from "../context.ts";
import type { RawLogsOptions } from "../work/logs.ts";

export function addLogs(program: Command): void {
  addCommand(program, "logs [name...]", {
    summary: "what resources printed, now and before; works while nothing runs",
    examples: [
      ["agents logs", "all of it, in order"],
      ["agents logs -f notification", "the last lines, then each new one"],
      ["agents logs --since 5m --level warn", "the last five minutes, warnings and worse"],
      ["agents logs --grep 'order 4711' --json", "for scripts: { seq, time, resource, stream, level, text }"],
    ],
    ownF: true,
  })
    .option("-f, --follow", "keep printing new lines")
    .option("-n, --last <lines>", "how many of the last lines (default: all; 100 with -f)")
    .option("--since <time>", "not older than: 30s, 5m, 2h, 1d, or a time in ISO 8601")
    .option("--grep <pattern>", "lines that match a regular expression")
    .option("--level <level>", "at least: trace, debug, info, warn, error, fatal")
    .action(async (names: readonly string[], options: RawLogsOptions, command: Command) => {
      const { logs } = await import("../work/logs.ts");
      await logs(contextOf(command), names, options);
    });
}
