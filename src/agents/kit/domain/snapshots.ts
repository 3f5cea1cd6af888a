/** An aggregate as it stands: its state, and the version of its stream (0 when it has no events). */
export interface Loaded<State> {
  readonly state: State;
  readonly version: number;
}

/**
 * Port to states that are kept beside long streams. A snapshot is a shortcut and never the truth: without it, or when it has
 * another schema version, the stream is read from its beginning, and the state is the same.
 */
export interface Snapshots<State> {
  /** The state is kept after every so many events. */
  readonly every: number;
  /** The last state that was kept and can still be read; null when there is none. */
  load(streamId: string): Promise<Loaded<State> | null>;
  /** Keeps a state in place of the one kept before. */
  save(streamId: string, loaded: Loaded<State>): Promise<void>;
}

/** How the state of one kind of aggregate is kept. */
export interface SnapshotCodec<State> {
  /** The state is kept after every so many events: 100 is a good start. */
  readonly every: number;
  /** Raise it when the shape of the state changes, or what `evolve` makes of the same events. */
  readonly version: number;
  /** Reads a state that was kept; a zod schema does it. The state must be plain JSON data. */
  readonly state: { parse(stored: unknown): State };
}
