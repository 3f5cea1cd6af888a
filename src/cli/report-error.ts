import type { ErrorDetails } from "../runtime/model/errors.ts";
import { AgentsError } from "../runtime/model/errors.ts";
import type { Output } from "./render/output.ts";

/** What a report of a bug needs. */
export interface Invocation {
  readonly args: readonly string[];
  readonly version: string;
}

/** Tells an error on stderr, for people or (`--json`) as one line; gives the exit code. */
export function reportError(thrown: unknown, out: Output, invocation: Invocation): number {
  const error = thrown instanceof AgentsError ? thrown : internal(thrown);
  if (error.code === "AGENTS_INTERRUPTED" && error.message === "") return error.exitCode;
  if (out.json) out.note(JSON.stringify({ error: error.toJSON() }));
  else if (error.code === "AGENTS_INTERNAL") out.note(bugText(error, invocation, out));
  else out.note(errorText(error, out));
  return error.exitCode;
}

/** Message, details, what to do; the code last. */
export function errorText(error: AgentsError, out: Pick<Output, "errorStyle">): string {
  const { bold, dim } = out.errorStyle;
  const { lines = [], hint }: ErrorDetails = error.details;
  const body = [
    bold(error.message),
    ...lines.map((line) => (line === "" ? "" : `  ${line}`)),
    ...(hint === undefined ? [] : [`  ${hint}`]),
  ];
  const last = body.at(-1) ?? "";
  return [...body.slice(0, -1), `${last}  ${dim(`[${error.code}]`)}`].join("\n");
}

function bugText(error: AgentsError, { args, version }: Invocation, out: Output): string {
  const { bold, dim } = out.errorStyle;
  const { cause } = error.details;
  return [
    bold("This is a bug in agents, not in your project."),
    `  ${(cause instanceof Error ? (cause.stack ?? cause.message) : error.message).replaceAll("\n", "\n  ")}`,
    `  Report it with these lines and: agents ${version}, Node ${process.versions.node}, ${process.platform} ${process.arch}, agents ${args.join(" ")}  ${dim(`[${error.code}]`)}`,
  ].join("\n");
}

function internal(cause: unknown): AgentsError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new AgentsError("AGENTS_INTERNAL", message, {
    cause,
    hint: "This is a bug in agents: run the command without --json for what to report.",
  });
}
