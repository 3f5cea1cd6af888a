import type { Transaction } from "kysely";
import type { EventCodec } from "../domain/event-codec.ts";
import type { DomainEvent, EventStore } from "../domain/event-store.ts";
import type { SnapshotCodec, Snapshots } from "../domain/snapshots.ts";
import type { Emit } from "../events/emit.ts";

/** One SQL transaction: aggregate, inbox and outbox commit together or not at all. */
export interface UnitOfWork<DB> {
  /** The transaction. `kit.db` must not be used while it is open. */
  readonly db: Transaction<DB>;
  /** Puts an event into the outbox. @throws TypeError when the payload does not fit the event type. */
  readonly emit: Emit;
  /** The agent's event streams, inside this transaction, with the projections that are made from them. */
  events<Event extends DomainEvent>(codec: EventCodec<Event>): EventStore<Event>;
  /** States that are kept beside long streams, for `decideOn`. */
  snapshots<State>(codec: SnapshotCodec<State>): Snapshots<State>;
}

/** How a unit of work takes part in the handling of an event. */
export interface TransactOptions {
  /**
   * True by default: this unit completes the handling of the event, and a repeated delivery is acknowledged without
   * running the handler. Set to false for an earlier step of a handler that has several: a repeated delivery then runs
   * the handler again, which resumes from what it finds stored.
   */
  readonly completes?: boolean;
}
