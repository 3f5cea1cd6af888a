import { FINAL_STATUSES } from "../journal/journal-view.ts";
import type { FlowNode, FlowView, JournalReader } from "../journal/journal-view.ts";

/** What settling needs to see. */
export interface SettleSources {
  readonly journal: Pick<JournalReader, "flow">;
  onJournalChange(listener: () => void): Disposable;
  /** Events an agent has saved and not yet published; null where the agent does not tell. */
  pendingOutbox(agent: string, signal: AbortSignal): Promise<number | null>;
}

/** How often to look again where nothing in the journal says that an outbox has emptied. */
const LOOK_AGAIN_MS = 100;

/**
 * Waits until everything an event caused has settled: every delivery in its tree is final, the outbox of every agent
 * that handled one is empty, and the tree did not grow meanwhile. When the signal aborts, answers with how far it came.
 */
export async function settleFlow(
  eventId: string,
  sources: SettleSources,
  signal: AbortSignal,
): Promise<FlowView | null> {
  using changes = new Changes(sources);
  for (;;) {
    const seen = changes.count;
    const flow = sources.journal.flow(eventId);
    if (flow === null && signal.aborted) return null;
    if (flow !== null) {
      if (signal.aborted) return { ...flow, settled: false };
      if (
        isFinal(flow) &&
        (await outboxesEmpty(flow, sources, signal)) &&
        sameSize(flow, sources.journal.flow(eventId))
      ) {
        return { ...flow, settled: true };
      }
    }
    await changes.since(seen, signal);
  }
}

function isFinal(node: FlowNode): boolean {
  return (
    node.deliveries.every((delivery) => FINAL_STATUSES.has(delivery.status)) && node.caused.every(isFinal)
  );
}

async function outboxesEmpty(flow: FlowNode, sources: SettleSources, signal: AbortSignal): Promise<boolean> {
  const pending = await Promise.all(
    [...handlers(flow)].map((agent) => sources.pendingOutbox(agent, signal).catch(() => null)),
  );
  return pending.every((count) => count === null || count === 0);
}

function handlers(node: FlowNode, found = new Set<string>()): Set<string> {
  for (const delivery of node.deliveries) found.add(delivery.agent);
  for (const child of node.caused) handlers(child, found);
  return found;
}

/** A last event may have been published between the look at the tree and the look at the outbox. */
function sameSize(before: FlowNode, after: FlowNode | null): boolean {
  return after !== null && size(before) === size(after) && isFinal(after);
}

function size(node: FlowNode): number {
  return 1 + node.deliveries.length + node.caused.reduce((sum, child) => sum + size(child), 0);
}

/** Counts journal changes, so that none is missed between a look and a wait. */
class Changes implements Disposable {
  count = 0;
  #wake: (() => void) | null = null;
  readonly #subscription: Disposable;

  constructor(sources: SettleSources) {
    this.#subscription = sources.onJournalChange(() => {
      this.count += 1;
      this.#wake?.();
    });
  }

  /** Resolves on a change after `seen`, on abort, or after a short while. */
  since(seen: number, signal: AbortSignal): Promise<void> {
    if (this.count !== seen || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, LOOK_AGAIN_MS);
      signal.addEventListener("abort", done, { once: true });
      this.#wake = done;
    });
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }
}
