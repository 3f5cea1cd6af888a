import type { Transaction } from "kysely";
import type { EventCodec } from "../domain/event-codec.ts";
import type { DomainEvent, RecordedEvent } from "../domain/event-store.ts";

/**
 * Tables derived from event streams: a list, a search index, a count. They are written in the transaction that appends the
 * events, so that a caller who has an answer finds it in them, and they can be rebuilt from the streams at any time.
 */
export interface Projection<DB, Event extends DomainEvent = DomainEvent> {
  /** Unique within the agent. */
  readonly name: string;
  /** Raise it when `apply` or its tables change: at the next start it is rebuilt before the agent is ready. */
  readonly version: number;
  /** It is made from the streams whose id begins with this: `ticket-`. */
  readonly streams: string;
  /** Reads the events of those streams. */
  readonly codec: EventCodec<Event>;
  /** Removes everything that `apply` has written, before a rebuild. */
  clear(db: Transaction<DB>): Promise<void>;
  /**
   * Adds one event; called in the order of the positions. It must depend on the event and the projection's own tables alone
   * (no clock, no randomness, no other streams), or a rebuild comes to something else.
   */
  apply(db: Transaction<DB>, recorded: RecordedEvent<Event>): Promise<void>;
}
