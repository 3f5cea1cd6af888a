import type { Transaction } from "kysely";
import type { EventCodec } from "../domain/event-codec.ts";
import type { DomainEvent, RecordedEvent } from "../domain/event-store.ts";

/**
 * Tables that are made from event streams: a list, a search index, a count. They are written in the transaction that
 * appends the events, so that whoever has got an answer finds it in them, and can be made again from the streams at any
 * time.
 */
export interface Projection<DB, Event extends DomainEvent = DomainEvent> {
  /** Unique within the agent. */
  readonly name: string;
  /** Raise it when `apply` or its tables change: at the next start it is rebuilt before the agent is ready. */
  readonly version: number;
  /** It is made from the streams whose id begins so: `ticket-`. */
  readonly streams: string;
  readonly codec: EventCodec<Event>;
  /** Removes all that `apply` has written. */
  clear(db: Transaction<DB>): Promise<void>;
  /**
   * Adds one event; called in the order of the positions. A function of the event and the projection's own tables alone:
   * no clock, no random, no other streams, or a rebuild makes something else of it.
   */
  apply(db: Transaction<DB>, recorded: RecordedEvent<Event>): Promise<void>;
}
