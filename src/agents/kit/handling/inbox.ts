/** Knows which events were handled, and publishes what they caused. */
export interface Inbox {
  /** True when an earlier delivery of this event was handled to its end. */
  isHandled(eventId: string): Promise<boolean>;
  /** Publishes what was committed so far. @throws when the bus does not take what this flow (a correlation id) has committed. */
  flush(flow: string): Promise<void>;
}
