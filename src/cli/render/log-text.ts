import { stripVTControlCharacters } from "node:util";
import type { LogLevel, LogLine } from "../../runtime/feed/log-line.ts";
import type { Output } from "./output.ts";
import type { Style } from "./style.ts";
import { clock } from "./units.ts";

/** Draws log lines: time, resource, text. The resource column grows with the longest name seen; one resource needs none. */
export function logRenderer({ style }: Output, single: boolean): (line: LogLine) => string {
  let width = 0;
  return ({ time, resource, level, stream, text }) => {
    width = Math.max(width, resource.length);
    const name = single ? "" : `${style.tag(resource.padEnd(width), resource)}  `;
    return `${style.dim(clock(time, new Date()))}  ${name}${paint(stripVTControlCharacters(text), level, stream, style)}`;
  };
}

function paint(text: string, level: LogLevel | null, stream: LogLine["stream"], style: Style): string {
  if (level === "error" || level === "fatal") return style.bad(text);
  if (level === "warn") return style.busy(text);
  if (level === "debug" || level === "trace") return style.dim(text);
  return level === null && stream === "stderr" ? style.busy(text) : text;
}
