import type { EventDefinition } from "./define-event.ts";
import type { Lineage } from "./standard-event.ts";

/** An event that a handler emitted. */
export interface EmittedEvent {
  /** A UUID. */
  readonly id: string;
  readonly eventType: string;
}

/** What is said about an emitted event beside its payload. */
export interface EmitOptions {
  /** What the event is about, as a path: `specs/4711`. */
  readonly subject: string;
  /** A fixed id, a UUID, where a repeated emission must be recognised; by default a new one. */
  readonly id?: string;
  /**
   * The flow that the event belongs to when it is not the one in hand: a receipt from outside, say, ends a flow that it knows
   * nothing about. By default `ctx.lineage`.
   */
  readonly lineage?: Lineage;
}

/**
 * Puts an event into the outbox of the unit of work: it leaves if, and only if, the unit commits.
 *
 * @throws TypeError when the payload does not fit the event type.
 */
export type Emit = <Payload>(
  definition: EventDefinition<Payload>,
  payload: Payload,
  options: EmitOptions,
) => EmittedEvent;
