/** An event of one aggregate, as the domain knows it. Plain JSON data. */
export interface DomainEvent {
  readonly type: string;
  readonly data: unknown;
}

/** An event as it stands in its stream. */
export interface RecordedEvent<Event extends DomainEvent> {
  readonly streamId: string;
  /** Place in the stream, counted from 1, without gaps. */
  readonly version: number;
  /** Place among all events of the agent, in the order of their commits; grows, may have gaps. */
  readonly position: number;
  /** When it was recorded, ISO 8601 UTC. */
  readonly recordedAt: string;
  readonly event: Event;
  /** Correlation and causation of the work that recorded it. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Which part of all events is read. */
export interface ReadAllOptions {
  /** Only events after this position; 0 by default: from the first one on. */
  readonly after?: number;
  /** At most so many; 500 by default. */
  readonly limit?: number;
  /** Only streams whose id begins with this: `ticket-`. By default all of the agent's, which the codec must then know. */
  readonly streams?: string;
}

/** Port to the streams of one kind of aggregate, for reading. */
export interface EventReader<Event extends DomainEvent> {
  /** The events of a stream in order, those after version `after` only; empty when there are none. */
  read(streamId: string, after?: number): Promise<readonly RecordedEvent<Event>[]>;
  /**
   * Events of many streams in the order of their positions. What was read up to a position stays complete: nothing is
   * ever added before it. Read on with the last position as `after`.
   */
  readAll(options?: ReadAllOptions): Promise<readonly RecordedEvent<Event>[]>;
}

/** Port to the streams of one kind of aggregate. */
export interface EventStore<Event extends DomainEvent> extends EventReader<Event> {
  /**
   * Adds events to the end of a stream. Resolves to its new version.
   *
   * @param expectedVersion the version that the decision was made on; 0 for a stream that must not exist yet.
   * @throws VersionConflict when the stream has moved on.
   */
  append(streamId: string, expectedVersion: number, events: readonly Event[]): Promise<number>;
}

/** Somebody else has added to the stream since it was read: read it again and decide again. Answered as 409 when not caught. */
export class VersionConflict extends Error {
  override readonly name = "VersionConflict";
  readonly streamId: string;
  readonly expected: number;
  readonly actual: number;

  constructor(streamId: string, expected: number, actual: number) {
    super(`The stream ${streamId} is at version ${actual}, but version ${expected} was expected.`);
    this.streamId = streamId;
    this.expected = expected;
    this.actual = actual;
  }
}
