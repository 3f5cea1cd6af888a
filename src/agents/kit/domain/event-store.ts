import { fold } from "./decider.ts";
import type { Decider } from "./decider.ts";

/** An event of one aggregate, as the domain knows it. Plain JSON data. */
export interface DomainEvent {
  readonly type: string;
  readonly data: unknown;
}

/** An event as it stands in its stream. */
export interface RecordedEvent<Event extends DomainEvent> {
  readonly streamId: string;
  /** Place in the stream, counted from 1. */
  readonly version: number;
  /** Place among all events of the agent; grows, may have gaps. */
  readonly position: number;
  /** When it was recorded, ISO 8601 UTC. */
  readonly recordedAt: string;
  readonly event: Event;
  /** Correlation and causation of the work that recorded it. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Port to the streams of one kind of aggregate. */
export interface EventStore<Event extends DomainEvent> {
  /** The whole stream in order; empty when there is none. */
  read(streamId: string): Promise<readonly RecordedEvent<Event>[]>;
  /**
   * Adds events to the end of a stream and answers the new version.
   *
   * @param expectedVersion the version that the decision was made on; 0 for a stream that must not exist yet.
   * @throws VersionConflict when the stream has moved on.
   */
  append(streamId: string, expectedVersion: number, events: readonly Event[]): Promise<number>;
}

/** Someone else has added to the stream since it was read: read again and decide again. */
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

/** What one command did to one stream. */
export interface Decision<State, Event> {
  readonly state: State;
  readonly version: number;
  /** The new events only. */
  readonly events: readonly Event[];
}

/** Reads a stream, lets the decider decide, appends what came of it. Give it the store of a unit of work. */
export async function decideOn<State, Command, Event extends DomainEvent>(
  store: EventStore<Event>,
  decider: Decider<State, Command, Event>,
  streamId: string,
  command: Command,
): Promise<Decision<State, Event>> {
  const history = await store.read(streamId);
  const before = fold(
    decider,
    history.map((recorded) => recorded.event),
  );
  const events = decider.decide(command, before);
  const version = events.length === 0 ? history.length : await store.append(streamId, history.length, events);
  let state = before;
  for (const event of events) state = decider.evolve(state, event);
  return { state, version, events };
}
