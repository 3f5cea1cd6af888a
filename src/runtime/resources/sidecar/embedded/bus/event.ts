import type { DeliveryStatus } from "../../../../journal/journal-view.ts";

/** An event as the bus takes it: the bytes that travel, and what the journal and the lanes must know without reading them again. */
export interface BusEvent {
  /** Of the standard event inside where there is one, else of the CloudEvent. */
  readonly id: string;
  readonly pubsub: string;
  readonly topic: string;
  readonly type: string;
  readonly source: string | null;
  readonly subject: string | null;
  readonly correlation: string | null;
  readonly causation: string | null;
  /** Bytes as they are delivered. */
  readonly body: Uint8Array;
  readonly contentType: string;
  /** Published with `rawPayload`: `body` has no envelope. */
  readonly raw: boolean;
  /** Metadata of the publish request; travels as headers. */
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly traceparent: string | null;
  /** Not delivered after this time (ms since the epoch). */
  readonly expiresAt: number | null;
  /** Length of the chain that led to it (CloudEvent extension `agentsdepth`). */
  readonly depth: number;
}

/** An event that is in the store. */
export interface StoredEvent extends BusEvent {
  readonly seq: number;
  /** Set on the copy that went to a dead-letter topic: `seq` of the event it copies. */
  readonly deadLetterOf: number | null;
}

/** A delivery as a lane holds it. */
export interface QueuedDelivery {
  readonly id: number;
  readonly eventSeq: number;
  readonly attempts: number;
  /** Small bodies of new events are kept, so that the fast path does not read them back. */
  readonly event: StoredEvent | null;
}

/** How one attempt changed a delivery. */
export interface DeliveryChange {
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly nextAt: number | null;
  readonly durationMs: number | null;
  readonly error: string | null;
}

/** A longer chain of events is taken for a loop and cut. */
export const MAX_DEPTH = 32;
