import type { HandlerContext } from "./context.ts";

/** Knows which events were handled, and publishes what they caused. */
export interface Inbox {
  /** True when an earlier delivery of this event was handled to its end. */
  isHandled(eventId: string): Promise<boolean>;
  /** Publishes what was committed so far. @throws when the bus does not take what this flow (a correlation id) has committed. */
  flush(flow: string): Promise<void>;
}

/** Publishes what a work has committed, whichever flows it belongs to. @throws what the bus said of one of them. */
export async function flushAll(inbox: Inbox, { flows }: HandlerContext): Promise<void> {
  await Promise.all([...flows].map((flow) => inbox.flush(flow)));
}
