import type { BusEvent, DeliveryChange } from "../../embedded/bus/event.ts";

/** One attempt of a daprd to deliver an event to its app, in the journal's terms. */
export interface DeliveryRecord {
  readonly agent: string;
  /** The event as the app got it; `topic` is the one that it came by. */
  readonly event: BusEvent;
  /** The topic that it was published to at first, where it came by a dead-letter topic. */
  readonly deadLetterOf: string | null;
  /**
   * `delivering` (told of a slow one, once), then `success`, `dropped`, `retrying` or `dead`. `attempts` counts the ended
   * ones since the gate was made. `nextAt` is null: only daprd knows when it tries again.
   */
  readonly change: DeliveryChange;
  /** ms since the epoch. */
  readonly at: number;
}
