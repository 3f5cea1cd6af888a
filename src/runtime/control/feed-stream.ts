import type { RunEvent, RunView } from "../model/snapshot.ts";
import type { FeedMessage } from "./feed-message.ts";
import type { RunControl } from "./run-control.ts";

/** Events that may wait for one reader. */
const MAX_WAITING = 2000;

/**
 * The run as a stream for one reader: a snapshot, then every change. A reader that is too slow loses the single steps,
 * never the outcome: what waits for it is replaced by a new snapshot.
 */
export async function* feedStream(
  control: RunControl,
  signal: AbortSignal,
): AsyncGenerator<FeedMessage, void, undefined> {
  let waiting: RunEvent[] = [];
  let skipped = 0;
  let wake: (() => void) | null = null;
  const tell = (event: RunEvent): void => {
    if (waiting.length >= MAX_WAITING) {
      skipped += waiting.length;
      waiting = [];
    }
    waiting.push(event);
    wake?.();
  };
  const onAbort = (): void => wake?.();
  signal.addEventListener("abort", onAbort, { once: true });
  const watching = control.watch(tell);
  try {
    yield snapshot(watching.now);
    while (!signal.aborted) {
      const batch = waiting;
      waiting = [];
      if (skipped > 0) {
        // The view already holds all that waits, so the snapshot stands for it too.
        yield snapshot(control.view());
        yield skippedNotice(skipped + batch.length);
        skipped = 0;
      } else yield* batch;
      if (waiting.length === 0 && !signal.aborted) {
        // oxlint-disable-next-line no-await-in-loop
        await new Promise<void>((resolve) => (wake = resolve));
        wake = null;
      }
    }
  } finally {
    watching[Symbol.dispose]();
    signal.removeEventListener("abort", onAbort);
  }
}

const snapshot = (run: RunView): FeedMessage => ({ type: "snapshot", run });

const skippedNotice = (count: number): RunEvent => ({
  type: "notice",
  at: new Date().toISOString(),
  level: "warn",
  resource: null,
  text: `… ${count} events skipped: reader too slow`,
});
