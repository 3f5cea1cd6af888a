import type { AgentsError } from "../model/errors.ts";
import type { Running } from "../resources/resource.ts";

/** One incarnation, from the call of `start` until nothing of it is left. */
export interface Life {
  readonly incarnation: number;
  /** Ends what belongs to a life that goes on: starting, probing, watching. */
  readonly abort: AbortController;
  /** Ends all patience. */
  readonly kill: AbortController;
  /** Nothing of it is left. */
  readonly gone: AbortController;
  running: Running | null;
  readySince: number | null;
  /** Why it can never be ready; null while it may be. */
  failure: AgentsError | null;
}

export function newLife(incarnation: number): Life {
  return {
    incarnation,
    abort: new AbortController(),
    kill: new AbortController(),
    gone: new AbortController(),
    running: null,
    readySince: null,
    failure: null,
  };
}
