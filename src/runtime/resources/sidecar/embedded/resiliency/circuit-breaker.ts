import { CelError, compileCel, type CelProgram } from "../cel/cel.ts";

/** A circuit breaker as it is written; the defaults are Dapr's. */
export interface BreakerSettings {
  /** So many may pass at once while it is half open, and so many successes close it. */
  readonly maxRequests: number;
  /** While it is closed the counts start anew after so long; 0 = never. */
  readonly intervalMs: number;
  /** From open to half open. */
  readonly timeoutMs: number;
  /** CEL over `requests`, `totalSuccesses`, `totalFailures`, `consecutiveSuccesses`, `consecutiveFailures`. */
  readonly trip: string;
}

export const DEFAULT_BREAKER: BreakerSettings = {
  maxRequests: 1,
  intervalMs: 0,
  timeoutMs: 60_000,
  trip: "consecutiveFailures > 5",
};

/*
 *             trip                 timeout                a failure
 *   closed  -------->  open  ------------------> half open ---------> open
 *      ^                                            |
 *      '--------------- maxRequests successes ------'
 */
type State =
  | { readonly at: "closed"; readonly until: number | null }
  | { readonly at: "open"; readonly until: number }
  | { readonly at: "half-open" };

type Counts = Record<
  "requests" | "totalSuccesses" | "totalFailures" | "consecutiveSuccesses" | "consecutiveFailures",
  number
>;

/** Whether a call may be made. */
export type Admission =
  | { readonly at: "passed"; readonly done: (success: boolean) => void }
  | { readonly at: "refused"; readonly message: string; readonly retryAt: number };

/** Keeps calls from a target that fails, for a while. The words of its refusals are those of daprd. */
export class CircuitBreaker {
  readonly #settings: BreakerSettings;
  readonly #trips: CelProgram;
  readonly #now: () => number;
  #state: State;
  #counts: Counts = zero();
  /** Calls of an earlier state say nothing about this one. */
  #generation = 0;

  /** @throws CelError where `trip` cannot be parsed */
  constructor(settings: BreakerSettings, now: () => number = Date.now) {
    this.#settings = settings;
    this.#trips = compileCel(settings.trip);
    this.#now = now;
    this.#state = this.#closed();
  }

  admit(): Admission {
    const now = this.#now();
    this.#passTime(now);
    if (this.#state.at === "open")
      return { at: "refused", message: "circuit breaker is open", retryAt: this.#state.until };
    if (this.#state.at === "half-open" && this.#counts.requests >= this.#settings.maxRequests)
      return { at: "refused", message: "too many requests", retryAt: now };
    this.#counts.requests += 1;
    const generation = this.#generation;
    return { at: "passed", done: (success) => this.#done(generation, success) };
  }

  #done(generation: number, success: boolean): void {
    this.#passTime(this.#now());
    if (generation !== this.#generation) return;
    const counts = this.#counts;
    if (success) {
      counts.totalSuccesses += 1;
      counts.consecutiveSuccesses += 1;
      counts.consecutiveFailures = 0;
      if (this.#state.at === "half-open" && counts.consecutiveSuccesses >= this.#settings.maxRequests)
        this.#enter(this.#closed());
      return;
    }
    counts.totalFailures += 1;
    counts.consecutiveFailures += 1;
    counts.consecutiveSuccesses = 0;
    if (this.#state.at === "half-open" || this.#shouldTrip())
      this.#enter({ at: "open", until: this.#now() + this.#settings.timeoutMs });
  }

  #shouldTrip(): boolean {
    const counts: Record<string, bigint> = {};
    for (const [name, count] of Object.entries(this.#counts)) counts[name] = BigInt(count);
    try {
      return this.#trips(counts);
    } catch (error) {
      // As with daprd: a condition that fails does not trip.
      if (error instanceof CelError) return false;
      throw error;
    }
  }

  #passTime(now: number): void {
    const state = this.#state;
    if (state.at === "open" && state.until <= now) this.#enter({ at: "half-open" });
    else if (state.at === "closed" && state.until !== null && state.until <= now) this.#enter(this.#closed());
  }

  #closed(): State {
    const { intervalMs } = this.#settings;
    return { at: "closed", until: intervalMs === 0 ? null : this.#now() + intervalMs };
  }

  #enter(state: State): void {
    this.#state = state;
    this.#counts = zero();
    this.#generation += 1;
  }
}

function zero(): Counts {
  return {
    requests: 0,
    totalSuccesses: 0,
    totalFailures: 0,
    consecutiveSuccesses: 0,
    consecutiveFailures: 0,
  };
}
