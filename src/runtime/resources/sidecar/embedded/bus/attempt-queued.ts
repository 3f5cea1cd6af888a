import type { BusStore } from "../store/bus-store.ts";
import { attemptDelivery, type AppWays, type LaneRoutes, type Verdict } from "./attempt-delivery.ts";
import type { QueuedDelivery, StoredEvent } from "./event.ts";

/** What became of a delivery whose turn came. */
export type Attempted =
  | { readonly at: "ended"; readonly event: StoredEvent; readonly verdict: Verdict }
  /** The event is no longer in the store. */
  | { readonly at: "gone" }
  /** Neither the event's fault nor the app's. */
  | { readonly at: "failed"; readonly error: unknown };

/** What may not be delivered now. */
export interface Held {
  /** A broker has not handed it out (any more). */
  isHeld(delivery: QueuedDelivery, event: StoredEvent): boolean;
}

/** Fetches the event where it is not at hand, and delivers it once. Never rejects: nobody listens to a lane's turns. */
export async function attemptQueued(
  delivery: QueuedDelivery,
  context: LaneRoutes & Held & { readonly store: BusStore },
  ways: AppWays,
): Promise<Attempted> {
  try {
    const event = delivery.event ?? context.store.event(delivery.eventSeq);
    if (event === null) return { at: "gone" };
    if (context.isHeld(delivery, event)) return { at: "ended", event, verdict: { at: "unrouted" } };
    return { at: "ended", event, verdict: await attemptDelivery(event, context, ways) };
  } catch (error) {
    return { at: "failed", error };
  }
}
