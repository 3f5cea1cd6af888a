import type { Decider } from "./decider.ts";
import type { DomainEvent, EventReader, EventStore } from "./event-store.ts";
import type { Loaded, Snapshots } from "./snapshots.ts";

/** What one command did to one stream. */
export interface Decision<State, Event> {
  readonly state: State;
  /** Version of the stream with the new events. */
  readonly version: number;
  /** The new events only. */
  readonly events: readonly Event[];
}

/** How a decision is made beside the decider itself. */
export interface DecideOptions<State> {
  /** For streams that grow long: the state is kept now and then, and only what came after is read. */
  readonly snapshots?: Snapshots<State>;
  /** What the caller expects of the stream, such as the `If-Match` of a request: `ctx.precondition`. */
  readonly precondition?: Precondition;
}

/** What a caller expects of the version of a stream. */
export interface Precondition {
  /** @throws Error when the version is not what was expected. */
  check(streamId: string, version: number): void;
}

/**
 * Reads a stream, lets the decider decide, and appends the events that come of it. Give it the store of a unit of work.
 *
 * @throws VersionConflict when somebody else has appended to the stream since it was read.
 */
export async function decideOn<State, Command, Event extends DomainEvent>(
  store: EventStore<Event>,
  decider: Decider<State, Command, Event>,
  streamId: string,
  command: Command,
  { snapshots, precondition }: DecideOptions<State> = {},
): Promise<Decision<State, Event>> {
  const before = await loadState(store, decider, streamId, snapshots);
  precondition?.check(streamId, before.version);
  const events = decider.decide(command, before.state);
  if (events.length === 0) return { ...before, events };
  const version = await store.append(streamId, before.version, events);
  let { state } = before;
  for (const event of events) state = decider.evolve(state, event);
  if (snapshots !== undefined && isDue(before.version, version, snapshots.every)) {
    await snapshots.save(streamId, { state, version });
  }
  return { state, version, events };
}

/** The state of a stream, read from its last snapshot on where there is one. */
export async function loadState<State, Command, Event extends DomainEvent>(
  store: EventReader<Event>,
  decider: Decider<State, Command, Event>,
  streamId: string,
  snapshots?: Pick<Snapshots<State>, "load">,
): Promise<Loaded<State>> {
  const kept = await snapshots?.load(streamId);
  const from = kept ?? { state: decider.initialState(), version: 0 };
  const history = await store.read(streamId, from.version);
  return {
    state: history.reduce((state, { event }) => decider.evolve(state, event), from.state),
    version: history.at(-1)?.version ?? from.version,
  };
}

/** True when the stream has passed a multiple of `every`. */
function isDue(before: number, after: number, every: number): boolean {
  return Math.floor(after / every) > Math.floor(before / every);
}
