import type { EventQuery, EventView } from "../../runtime/journal/journal-view.ts";
import { suggest } from "../../runtime/model/config/suggest.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import { stateDirOf } from "../../runtime/control/state-dir.ts";
import { keptUnread, unreadText } from "../../runtime/session/unread-pubsubs.ts";
import type { Context } from "../context.ts";
import { eventTable, followRenderer } from "../render/event-text.ts";
import { forestLines } from "../render/forest-text.ts";
import type { EventSource } from "./event-source.ts";
import { ALL, eventSource } from "./event-source.ts";
import { findFlow } from "./find-event.ts";
import { parseCount } from "./logs.ts";
import { projectOf } from "./run-client.ts";

/** `agents events` as it was typed. */
export interface RawEventsOptions {
  readonly follow?: true;
  readonly last?: string;
  readonly type?: string;
  readonly correlation?: string;
}

const ACTIONS = ["list", "show", "dead", "retry", "replay", "catalog"];

/** `agents events`: a table for people; with `--json` every event that matches, one a line, oldest first. */
export async function listEvents(
  context: Context,
  action: string | undefined,
  options: RawEventsOptions,
): Promise<void> {
  if (action !== undefined && action !== "list") throw unknownAction(action);
  const source = await eventSource(context);
  for (const one of keptUnread(stateDirOf(projectOf(context).root))) context.out.note(unreadText(one));
  const { correlation } = options;
  const query = queryOf(
    correlation === undefined ? options : { ...options, correlation: await findFlow(source, correlation) },
    context.out.json,
  );
  if (options.follow === true) return follow(context, source, query);
  await show(source, query, context.out);
}

async function show(source: EventSource, query: EventQuery, out: Context["out"]): Promise<void> {
  if (out.json) {
    for await (const event of source.list(query)) out.record(event);
    return;
  }
  const events = await Array.fromAsync(source.list(query));
  if (events.length === 0) return out.note("no events");
  // Of a whole flow, what caused what; of a part of one, or of all, what came when.
  const isFlow = query.correlation !== undefined && query.type === undefined;
  const lines = isFlow ? forestLines(events, out, new Date()) : eventTable(events, out, new Date());
  for (const line of lines) out.line(line);
  if (events.length === query.limit) out.note(`the last ${events.length}; -n shows more`);
}

async function follow(context: Context, source: EventSource, query: EventQuery): Promise<void> {
  const { out, signal } = context;
  if (source.follow === null) {
    // As with logs: what there is can be read without a run, and no new one can come.
    out.note("nothing is running (start it with agents up): these are the events of the last run");
    return await show(source, query, out);
  }
  const render = followRenderer(out);
  const { limit, ...filter } = query;
  const isWanted =
    limit === 0 ? startedAfter(new Date().toISOString()) : await fromTheLast(source.list(query));
  for await (const event of source.follow(filter, signal)) {
    if (!isWanted(event)) continue;
    if (out.json) out.record(event);
    else for (const line of render(event, new Date())) out.line(line);
  }
  if (signal.aborted) throw new AgentsError("AGENTS_INTERRUPTED", "");
}

/** Following begins with the last few events, not with the whole journal. */
async function fromTheLast(last: AsyncIterable<EventView>): Promise<(event: EventView) => boolean> {
  for await (const { time } of last) return startedAfter(time);
  return () => true;
}

const startedAfter =
  (begin: string) =>
  ({ time }: EventView): boolean =>
    time >= begin;

function queryOf({ last, type, correlation, follow: follows }: RawEventsOptions, json: boolean): EventQuery {
  const all = json || correlation !== undefined;
  const limit = last === undefined ? (follows === true ? 20 : all ? ALL : 100) : parseCount("-n", last);
  return {
    limit,
    ...(type === undefined ? {} : { type }),
    ...(correlation === undefined ? {} : { correlation }),
  };
}

function unknownAction(action: string): AgentsError {
  const guess = suggest(action, ACTIONS);
  return new AgentsError("AGENTS_USAGE", `agents events has no action ${JSON.stringify(action)}.`, {
    path: "action",
    expected: ACTIONS.join(", "),
    found: JSON.stringify(action),
    hint: guess === null ? "See: agents events --help" : `Did you mean agents events ${guess}?`,
  });
}
