import type { EventDefinition } from "./define-event.ts";
import type { Lineage } from "./standard-event.ts";
import type { EmittedEvent } from "../handling/context.ts";

/** Beside the payload of an emitted event. */
export interface EmitOptions {
  /** What the event is about, as a path: `specs/4711`. */
  readonly subject: string;
  /** Fixed id of the event, a UUID, where a repeated emission must be recognised; made up when left out. */
  readonly id?: string;
  /**
   * Where the event belongs, when that is not the work in hand: a receipt from outside ends a flow that it knows nothing
   * of. Left out: `ctx.lineage`.
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
