/** Knows which events were handled, and publishes what they caused. */
export interface Inbox {
  /** True when an earlier delivery of this event was handled to its end. */
  isHandled(eventId: string): Promise<boolean>;
  /** Publishes everything that was committed so far. @throws when the bus does not take it. */
  flush(): Promise<void>;
}
