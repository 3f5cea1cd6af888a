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
    // From now on first, the list then: what happens between the two is told twice rather than never.
    let { cursor } = control.journal.changesSince(Number.MAX_SAFE_INTEGER, query);
    let events = control.journal.events(query);
    for (;;) {
      for (const { event } of events) {
        if (signal.aborted) return;
        yield event;
      }
      // What changed while the reader was busy is asked for in one go, page by page.
      const before = cursor;
      changed = false;
      ({ cursor, events } = control.journal.changesSince(cursor, query));
      if (cursor !== before) continue;
      if (!changed && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
      if (signal.aborted) return;
    }
  } finally {
    listening[Symbol.dispose]();
    signal.removeEventListener("abort", notice);
  }
}
