/**
 * A domain in three pure functions: which state a stream starts in, which events a command leads to, and how an event
 * changes the state. No I/O, no clock, no randomness: what they need of those comes in with the command.
 */
export interface Decider<State, Command, Event> {
  /** The state of a stream that has no events yet. */
  initialState(): State;
  /** The events that the command leads to; empty when it changes nothing. Throws a domain error to refuse it. */
  decide(command: Command, state: State): readonly Event[];
  /** The state after one more event. Refuses nothing: the event has happened. */
  evolve(state: State, event: Event): State;
}

/** The state after a history of events. */
export function fold<State, Command, Event>(
  decider: Decider<State, Command, Event>,
  history: Iterable<Event>,
): State {
  let state = decider.initialState();
  for (const event of history) state = decider.evolve(state, event);
  return state;
}
