import type { LogQuery } from "../control/run-control.ts";
import { AgentsError } from "../model/errors.ts";
import { isAtLeast, levelOf } from "./level.ts";
import type { RawLine } from "./line-format.ts";
import { textOf, timeOf, toLogLine } from "./line-format.ts";
import type { LogLine } from "./log-line.ts";

/** A query made ready to be asked about many lines. */
export interface LineFilter {
  /** True for resources whose lines are wanted. */
  wants(resource: string): boolean;
  /** In the form of the files, so that it compares as text. */
  readonly since: string | null;
  /** The line as it is shown, or null where the query does not want it. */
  match(resource: string, line: RawLine): LogLine | null;
}

/** Checks and prepares a query; anything wrong with it is `AGENTS_USAGE`. */
export function compileQuery(query: LogQuery): LineFilter {
  const names = new Set(query.resources);
  const since = query.since === undefined ? null : toIso(query.since);
  const grep = query.grep === undefined ? null : compileGrep(query.grep);
  const { level } = query;
  return {
    wants: (resource) => names.size === 0 || names.has(resource),
    since,
    match: (resource, line) => {
      if (since !== null && timeOf(line) < since) return null;
      const text = textOf(line);
      if (grep !== null && !grep.test(text)) return null;
      if (level !== undefined && !isAtLeast(levelOf(text), level)) return null;
      return toLogLine(resource, line, text);
    },
  };
}

/** The pattern of `--grep`. */
function compileGrep(pattern: string): RegExp {
  try {
    return new RegExp(pattern, "u");
  } catch {
    // Patterns that only the older grammar takes (`\-`, a lone `{`) are what people type.
  }
  try {
    return new RegExp(pattern);
  } catch (cause) {
    const found = JSON.stringify(pattern);
    const reason = cause instanceof Error ? cause.message : String(cause);
    const expected = "a regular expression as JavaScript has them";
    throw new AgentsError("AGENTS_USAGE", `grep is not a regular expression: ${reason}.`, {
      path: "grep",
      expected,
      found,
      hint: "Put a backslash before a sign that is meant as it stands, e.g. --grep '\\(done\\)'",
    });
  }
}

function toIso(since: string): string {
  const time = new Date(since);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new AgentsError("AGENTS_USAGE", `since is ${JSON.stringify(since)}; expected a time in ISO 8601.`, {
    path: "since",
    expected: "a time in ISO 8601",
    found: JSON.stringify(since),
  });
}
