/** Where a delivery of an event to one agent stands. The last four are final. */
export type DeliveryStatus =
  | "pending"
  | "delivering"
  | "retrying"
  | "success"
  | "dropped"
  | "dead"
  | "expired";

/** Statuses after which nothing more happens to a delivery by itself. */
export const FINAL_STATUSES: ReadonlySet<DeliveryStatus> = new Set(["success", "dropped", "dead", "expired"]);

/** One event's way to one agent. */
export interface DeliveryView {
  readonly agent: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  /** Of the last attempt, in ms; null before the first has ended. */
  readonly durationMs: number | null;
  readonly error: string | null;
}

/** One event, as `agents events --json` prints it: one a line, oldest first. */
export interface EventView {
  readonly id: string;
  readonly eventType: string;
  readonly topic: string;
  readonly source: string | null;
  readonly subject: string | null;
  readonly correlationId: string | null;
  readonly causationId: string | null;
  /** ISO 8601 UTC: when the sidecar accepted it. */
  readonly time: string;
  readonly deliveries: readonly DeliveryView[];
  /** The standard event's `data`; for any other event its whole data. */
  readonly data: unknown;
}

/** What an event caused, as `agents publish --wait --json` prints it. */
export interface FlowNode {
  readonly id: string;
  readonly eventType: string;
  readonly deliveries: readonly DeliveryView[];
  readonly caused: readonly FlowNode[];
}

export interface FlowView extends FlowNode {
  readonly correlationId: string | null;
  /** Of the trace that the event belongs to; absent where it belongs to none. */
  readonly traceId?: string;
  readonly settled: boolean;
  /** Present where waiting for the flow ended because agents could not tell whether they have events to send. */
  readonly unknownOutboxes?: readonly UnknownOutbox[];
  /** Present where it ended because agents have left work of the flow for later, such as a retry. */
  readonly laterWork?: readonly LaterWork[];
}

/** An agent that could not tell whether it has events to send, and why. */
export interface UnknownOutbox {
  readonly agent: string;
  readonly reason: string;
}

/** What an agent has left for later in a flow. */
export interface LaterWork {
  readonly agent: string;
  /** How many pieces of work. */
  readonly pending: number;
  /** When the first of them is due, ISO 8601 UTC. */
  readonly dueAt: string | null;
}

/** Which events to list. */
export interface EventQuery {
  /** Glob on the type (`*` any run of characters). */
  readonly type?: string;
  readonly correlation?: string;
  /** Event id. */
  readonly id?: string;
  /** What the event id begins with. */
  readonly idPrefix?: string;
  /** Only events with a dead delivery. */
  readonly dead?: boolean;
  /** Only events after this position (a cursor from an earlier answer). */
  readonly after?: number;
  /** At most so many, the newest ones; default 100. */
  readonly limit?: number;
}

/** Reads the journal; works on the files of a run that is up, and of one that is not. */
export interface JournalReader extends Disposable {
  /** Oldest first. */
  events(query: EventQuery): readonly PositionedEvent[];
  /** The tree of what an event caused; null when it is unknown. */
  flow(eventId: string): FlowView | null;
  /** Follow: events that are new or whose deliveries changed since the cursor. */
  changesSince(
    cursor: number,
    query: EventQuery,
  ): { readonly cursor: number; readonly events: readonly PositionedEvent[] };
}

export interface PositionedEvent {
  /** Position in the journal: grows with every event. */
  readonly position: number;
  readonly event: EventView;
}
