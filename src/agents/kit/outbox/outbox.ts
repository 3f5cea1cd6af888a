import type { CloudEvent } from "../events/standard-event.ts";

/** Events that are committed and not yet known to be published, oldest first. */
export interface Outbox {
  /** How many there are. */
  pending(): Promise<number>;
  read(limit: number): Promise<readonly CloudEvent[]>;
  /** They were published. */
  remove(ids: readonly string[]): Promise<void>;
}

/** Hands an event to the bus. @throws when it was not accepted. */
export type Publish = (event: CloudEvent) => Promise<void>;
