import type { CloudEvent } from "../events/standard-event.ts";

/** Events that are committed and not yet known to be published, oldest first. */
export interface Outbox {
  /** How many there are; null when that is not known yet. */
  pending(): Promise<number | null>;
  /** The oldest, without those whose ids are in `skip`. */
  read(limit: number, skip: ReadonlySet<string>): Promise<readonly CloudEvent[]>;
  /** They were published. */
  remove(ids: readonly string[]): Promise<void>;
}

/** How an outbox stands. */
export interface OutboxState {
  /** How many events wait; null when that is not known yet. */
  readonly pending: number | null;
  /** How many of them could not be published at their last attempt, or wait behind such a one of their flow. */
  readonly failed: number;
}

/** Hands an event to the bus. @throws when it was not accepted. */
export type Publish = (event: CloudEvent) => Promise<void>;
