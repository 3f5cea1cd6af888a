import type { DeadLetterBox } from "../bus/bus.ts";
import type { BusEvent } from "../bus/event.ts";
import type { Lane } from "../bus/lane.ts";
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
  /** Begins to take an agent's events from where they are, for its lane; absent where the bus gives them to it. */
  consume?(agent: string, lane: Lane): Consumer;
  close(): Promise<void>;
}

/** One agent's way to its events. */
export interface Consumer {
  /** What it listens to from now on. `waiting`: topics whose events are kept for it, but not wanted yet. */
  listen(topics: readonly string[], waiting: readonly string[]): Promise<void>;
  /** Takes what is pending in its group and is nobody's. */
  lookAgain(): Promise<void>;
  /** Hands out nothing more. What was handed out and is not done with is free for whoever comes next. */
  close(): Promise<void>;
}
