import type { DeadLetterBox } from "../bus/bus.ts";
import type { BusEvent } from "../bus/event.ts";
import type { Metadata } from "../components/metadata.ts";

/** A pub/sub component as a sidecar publishes to it. */
export interface Pubsub extends DeadLetterBox {
  readonly name: string;
  readonly metadata: Metadata;
  /** As `GET /v1.0/metadata` lists them. */
  readonly capabilities: readonly string[];
  /**
   * Takes events, in order. Resolves once all are accepted: what is accepted is delivered to everybody who listens, at
   * least once, within what the component promises.
   */
  publish(events: readonly BusEvent[]): Promise<void>;
  close(): Promise<void>;
}
