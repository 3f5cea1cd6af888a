import { stateDirOf } from "../../runtime/control/state-dir.ts";
import type { EventQuery, EventView, FlowView } from "../../runtime/journal/journal-view.ts";
import type { Context } from "../context.ts";
import { projectOf, runIfUp } from "./run-client.ts";

/** Where events are read: the run where one is up, else the files it left. */
export interface EventSource {
  /** Oldest first. */
  list(query: EventQuery): AsyncIterable<EventView>;
  /** Those there are, then each new one and each change, until the signal aborts. Null where nothing runs. */
  readonly follow: ((query: EventQuery, signal: AbortSignal) => AsyncIterable<EventView>) | null;
  flow(id: string): Promise<FlowView | null>;
}

/** More than the journal ever keeps. */
export const ALL = 1_000_000_000;

export async function eventSource(context: Context): Promise<EventSource> {
  const { root } = projectOf(context);
  const client = runIfUp(root);
  if (client !== null) {
    return {
      list: (query) => client.events(query),
      follow: (query, signal) => client.events(query, { follow: true, signal }),
      flow: (id) => client.flow(id),
    };
  }
  const { openJournal } = await import("../../runtime/journal/open-journal.ts");
  const stateDir = stateDirOf(root);
  return {
    follow: null,
    list: async function* (query) {
      using journal = openJournal(stateDir);
      for (const { event } of journal.events(query)) yield event;
    },
    flow: async (id) => {
      using journal = openJournal(stateDir);
      return journal.flow(id);
    },
  };
}
