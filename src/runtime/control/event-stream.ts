import type { EventQuery, EventView } from "../journal/journal-view.ts";
import type { RunControl } from "./run-control.ts";

/**
 * Events of the journal for one reader, oldest first; with `follow` each again whenever its deliveries change. The
 * journal itself is the buffer: a slow reader reads it later, nothing waits in memory.
 */
export async function* eventStream(
  control: RunControl,
  query: EventQuery,
  follow: boolean,
  signal: AbortSignal,
): AsyncGenerator<EventView, void, undefined> {
  if (!follow) {
    for (const { event } of control.journal.events(query)) yield event;
    return;
  }
  let changed = false;
  let wake: (() => void) | null = null;
  const notice = (): void => {
    changed = true;
    wake?.();
  };
  signal.addEventListener("abort", notice, { once: true });
  const listening = control.onJournalChange(notice);
  try {
    let { cursor, events } = control.journal.changesSince(0, query);
    for (;;) {
      for (const { event } of events) {
        if (signal.aborted) return;
        yield event;
      }
      // What changed while the reader was busy is asked for at once, in one go.
      if (!changed) await new Promise<void>((resolve) => (wake = resolve));
      if (signal.aborted) return;
      changed = false;
      ({ cursor, events } = control.journal.changesSince(cursor, query));
    }
  } finally {
    listening[Symbol.dispose]();
    signal.removeEventListener("abort", notice);
  }
}
