import type { EventView } from "../../runtime/journal/journal-view.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import type { EventSource } from "./event-source.ts";
import { ALL } from "./event-source.ts";

/** Fewer characters than this are no beginning of an id that anybody means. */
const SHORTEST = 4;
/** So many of several candidates are named. */
const NAMED = 5;

/**
 * The event with this id, or the only one whose id begins so.
 *
 * @throws AgentsError AGENTS_EVENT_UNKNOWN when there is none, or several: these are named.
 */
export async function findEvent(source: EventSource, id: string): Promise<EventView> {
  for await (const event of source.list({ id, limit: ALL })) return event;
  const found = new Map<string, EventView>();
  if (id.length >= SHORTEST) {
    for await (const event of source.list({ idPrefix: id, limit: ALL }))
      // A copy on a dead-letter topic has the same id, and comes after the event itself.
      if (!found.has(event.id)) found.set(event.id, event);
  }
  const [only, other] = found.values();
  if (only !== undefined && other === undefined) return only;
  if (other !== undefined)
    throw ambiguous(
      "id",
      id,
      "events",
      [...found.values()].map(({ id: candidate, eventType }) => `${candidate}  ${eventType}`),
    );
  throw new AgentsError("AGENTS_EVENT_UNKNOWN", `There is no event ${id}.`, {
    path: "id",
    expected: "the id of an event in the journal, or its first characters",
    found: JSON.stringify(id),
    hint: "List them with: agents events",
  });
}

/**
 * The whole id of the flow that is meant, by its id or by its first characters. One that is not known yet is answered as
 * it is: its first event may be still to come.
 *
 * @throws AgentsError AGENTS_EVENT_UNKNOWN when several flows begin so: these are named.
 */
export async function findFlow(source: EventSource, correlation: string): Promise<string> {
  for await (const _ of source.list({ correlation, limit: 1 })) return correlation;
  if (correlation.length < SHORTEST) return correlation;
  const found = new Map<string, string>();
  for await (const { correlationId, eventType } of source.list({ limit: ALL }))
    if (correlationId?.startsWith(correlation) === true && !found.has(correlationId))
      found.set(correlationId, eventType);
  const [only, other] = found.keys();
  if (other === undefined) return only ?? correlation;
  throw ambiguous(
    "--correlation",
    correlation,
    "flows",
    [...found].map(([id, eventType]) => `${id}  begins with ${eventType}`),
  );
}

function ambiguous(path: string, start: string, what: string, found: readonly string[]): AgentsError {
  const more = found.length > NAMED ? [`and ${found.length - NAMED} more`] : [];
  return new AgentsError("AGENTS_EVENT_UNKNOWN", `${found.length} ${what} begin with ${start}.`, {
    path,
    expected: "an id, or enough of its first characters to name one event",
    found: JSON.stringify(start),
    lines: [...found.slice(0, NAMED), ...more],
    hint: "Give more of the id.",
  });
}
