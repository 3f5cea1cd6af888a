import { FINAL_STATUSES } from "../journal/journal-view.ts";
import type { FlowNode, FlowView, JournalReader, LaterWork, UnknownOutbox } from "../journal/journal-view.ts";
import type { OutboxAnswer } from "./ask-outbox.ts";

/** What settling needs to see. */
export interface SettleSources {
  readonly journal: Pick<JournalReader, "flow">;
  onJournalChange(listener: () => void): Disposable;
  /** Resolves once all that was published until now is in the journal. */
  caughtUp(): Promise<void>;
  /** What an agent has saved and not yet published, and what it has left for later in the flow of that correlation id. */
  outbox(agent: string, correlationId: string | null, signal: AbortSignal): Promise<OutboxAnswer>;
}

/** How often to look again where nothing in the journal says that an outbox has emptied, or work for later is done. */
const LOOK_AGAIN_MS = 100;

/**
 * Waits until everything an event caused has settled: every delivery in its tree is final, the outbox of every agent
 * that handled one is empty, none of them has left work of the flow for later, and the tree did not grow meanwhile. When
 * the signal aborts, answers with how far it came, and with what was waited for.
 */
export async function settleFlow(
  eventId: string,
  sources: SettleSources,
  signal: AbortSignal,
): Promise<FlowView | null> {
  using changes = new Changes(sources);
  let waitsFor: WaitsFor | null = null;
  for (;;) {
    const seen = changes.count;
    const flow = sources.journal.flow(eventId);
    if (flow === null && signal.aborted) return null;
    if (flow !== null) {
      if (signal.aborted) return { ...flow, settled: false, ...waitsFor };
      if (isFinal(flow)) {
        const agents = await lookAtAgents(flow, sources, signal);
        // What the end of the waiting cut off says less than the look before it.
        if (!signal.aborted) waitsFor = agents.waitsFor;
        else waitsFor ??= agents.waitsFor;
        // What an agent has just published on a bus of its own is not there yet.
        if (agents.done) await sources.caughtUp();
        if (agents.done && sameSize(flow, sources.journal.flow(eventId))) return { ...flow, settled: true };
      } else waitsFor = null;
    }
    await changes.since(seen, signal);
  }
}

function isFinal(node: FlowNode): boolean {
  return (
    node.deliveries.every((delivery) => FINAL_STATUSES.has(delivery.status)) && node.caused.every(isFinal)
  );
}

/** What keeps a flow from being settled although every delivery of it is final. */
type WaitsFor = Pick<FlowView, "unknownOutboxes" | "laterWork">;

async function lookAtAgents(
  flow: FlowView,
  sources: SettleSources,
  signal: AbortSignal,
): Promise<{ readonly done: boolean; readonly waitsFor: WaitsFor }> {
  const answers = await Promise.all(
    [...receivers(flow)].map(async ([agent, attempted]) => ({
      agent,
      answer: await sources.outbox(agent, flow.correlationId, signal),
      attempted,
    })),
  );
  const unknownOutboxes = answers.flatMap(({ agent, answer, attempted }): UnknownOutbox[] => {
    // One that is away, and was never given an event of it, saved nothing either.
    const tells = answer.at === "none" || answer.at === "counted" || (answer.at === "away" && !attempted);
    return tells ? [] : [{ agent, reason: answer.reason }];
  });
  const laterWork = answers.flatMap(({ agent, answer }): LaterWork[] =>
    answer.at === "counted" && answer.later.pending > 0 ? [{ agent, ...answer.later }] : [],
  );
  const sends = answers.some(({ answer }) => answer.at === "counted" && answer.pending > 0);
  return {
    done: unknownOutboxes.length === 0 && laterWork.length === 0 && !sends,
    waitsFor: {
      ...(unknownOutboxes.length > 0 ? { unknownOutboxes } : {}),
      ...(laterWork.length > 0 ? { laterWork } : {}),
    },
  };
}

/** Every agent of the flow, and whether it was given an event of it: also one that it failed on it may have saved. */
function receivers(node: FlowNode, found = new Map<string, boolean>()): ReadonlyMap<string, boolean> {
  for (const { agent, attempts } of node.deliveries)
    found.set(agent, found.get(agent) === true || attempts > 0);
  for (const child of node.caused) receivers(child, found);
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
