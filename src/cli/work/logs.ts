import type { LogQuery } from "../../runtime/control/run-control.ts";
import type { LogLevel, LogLine } from "../../runtime/feed/log-line.ts";
import { suggest } from "../../runtime/model/config/suggest.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import type { Context } from "../context.ts";
import { logRenderer } from "../render/log-text.ts";
import { parseSince } from "./since.ts";
import type { Project } from "./run-client.ts";
import { OWN_LOG } from "../../runtime/session/teller.ts";
import { assertNames, namesIn, projectOf, runIfUp } from "./run-client.ts";

/** `agents logs` as it was typed. */
export interface RawLogsOptions {
  readonly follow?: true;
  readonly last?: string;
  readonly since?: string;
  readonly grep?: string;
  readonly level?: string;
}

/** `agents logs`: from the run where one is up, else from its files. */
export async function logs(
  context: Context,
  names: readonly string[],
  options: RawLogsOptions,
): Promise<void> {
  const query = parseQuery(names, options, new Date());
  const { out } = context;
  const render = logRenderer(out, names.length === 1);
  let count = 0;
  for await (const line of await source(context, query, options.follow === true)) {
    count++;
    if (out.json) out.record(line);
    else out.line(render(line));
  }
  if (options.follow === true && context.signal.aborted) throw new AgentsError("AGENTS_INTERRUPTED", "");
  if (count === 0 && !out.json) out.note("no lines");
}

async function source(context: Context, query: LogQuery, follow: boolean): Promise<AsyncIterable<LogLine>> {
  const project = projectOf(context);
  const client = runIfUp(project.root);
  if (client === null) return offline(project, query, follow);
  assertNames(query.resources, [...namesIn(await client.run()), OWN_LOG]);
  return follow ? client.logs(query, { follow, signal: context.signal }) : client.logs(query);
}

async function offline(
  { root, stateDir }: Project,
  query: LogQuery,
  follow: boolean,
): Promise<AsyncIterable<LogLine>> {
  const { openLogReader } = await import("../../runtime/feed/log-reader.ts");
  const reader = openLogReader(`${stateDir}/logs`);
  const known = reader.resources();
  if (known.length > 0) assertNames(query.resources, known);
  if (follow) process.stderr.write(`nothing is running in ${root}: these are the lines of the last run\n`);
  return reader.readLogs(query);
}

const LEVELS: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error", "fatal"];

function parseQuery(
  resources: readonly string[],
  { last, since, grep, level, follow }: RawLogsOptions,
  now: Date,
): LogQuery {
  const lines = last ?? (follow === true ? "100" : undefined);
  return {
    resources,
    ...(lines === undefined ? {} : { last: parseCount("-n", lines) }),
    ...(since === undefined ? {} : { since: parseSince(since, now) }),
    ...(grep === undefined ? {} : { grep: parsePattern(grep) }),
    ...(level === undefined ? {} : { level: parseLevel(level) }),
  };
}

/** A whole number, 0 or more. */
export function parseCount(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usage(option, text, "a whole number", `For example: ${option} 100`);
}

function parseLevel(text: string): LogLevel {
  const level = LEVELS.find((known) => known === text.toLowerCase());
  if (level !== undefined) return level;
  const guess = suggest(text, LEVELS);
  throw usage(
    "--level",
    text,
    LEVELS.join(", "),
    guess === null ? `There are: ${LEVELS.join(", ")}.` : `Did you mean ${guess}?`,
  );
}

function parsePattern(text: string): string {
  try {
    void new RegExp(text);
    return text;
  } catch (error) {
    throw usage(
      "--grep",
      text,
      "a regular expression",
      `${error instanceof Error ? error.message : String(error)}. Put a backslash before characters that are meant literally.`,
    );
  }
}

function usage(option: string, text: string, expected: string, hint: string): AgentsError {
  const found = JSON.stringify(text);
  return new AgentsError("AGENTS_USAGE", `${option} is ${found}: expected ${expected}.`, {
    path: option,
    expected,
    found,
    hint,
  });
}
