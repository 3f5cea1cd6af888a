import type { AgentsError } from "./errors.ts";
import type { ExitCause } from "./snapshot.ts";

/**
 * The life of one supervised thing. `incarnation` counts its starts: the number of the one that is alive, or of the
 * last one (0 before the first). An incarnation is alive from entering `starting` until its `exited`, and only one is.
 *
 *                  start          go            ready             unhealthy
 *      stopped ────────▶ waiting ────▶ starting ──────▶ ready ◀──────────────▶ unhealthy
 *         ▲                ▲  ▲           │               │       ready           │
 *         │          retry │  │ restart   └───────┬───────┴───────────┬───────────┘
 *         │                │  │            exited │                   │ stop, restart
 *         │                │  │      ┌────────────┼─────────┐         ▼
 *         │             backoff ◀────┤            ▼         ▼      stopping ── exited ──▶ stopped or waiting
 *         └──────── (by itself) ◀────┘         failed   completed
 *
 * `stop` leads from everywhere but `completed` to `stopped`; `start` and `restart` from every resting state to `waiting`.
 */
export type State =
  /** Wanted; starts as soon as its dependencies allow it. */
  | { readonly at: "waiting"; readonly incarnation: number }
  /** `exists`: spawned, listening is what it still owes. */
  | { readonly at: "starting"; readonly incarnation: number; readonly exists: boolean }
  | { readonly at: "ready"; readonly incarnation: number }
  | { readonly at: "unhealthy"; readonly incarnation: number; readonly why: string }
  /** Ended by itself and starts again after a pause. */
  | { readonly at: "backoff"; readonly incarnation: number; readonly delayMs: number; readonly why: string }
  /** Ended and is not started again unless asked. */
  | { readonly at: "failed"; readonly incarnation: number; readonly error: AgentsError }
  | {
      readonly at: "stopping";
      readonly incarnation: number;
      readonly cause: ExitCause;
      readonly afterwards: "stopped" | "waiting";
    }
  /** `why` is null when it was asked to stop or never asked to start. */
  | { readonly at: "stopped"; readonly incarnation: number; readonly why: string | null }
  /** Ran to its end with exit code 0. */
  | { readonly at: "completed"; readonly incarnation: number };

/** What an exit that nobody asked for leads to; decided by the restart policy. */
export type Verdict =
  | { readonly to: "backoff"; readonly delayMs: number; readonly why: string }
  | { readonly to: "failed"; readonly error: AgentsError }
  | { readonly to: "stopped"; readonly why: string }
  | { readonly to: "completed" };

/** What can happen. Reports about an incarnation carry its number, so that late ones are told apart. */
export type Input =
  | { readonly on: "start" }
  | { readonly on: "go" }
  | { readonly on: "exists"; readonly incarnation: number }
  | { readonly on: "ready"; readonly incarnation: number }
  | { readonly on: "unhealthy"; readonly incarnation: number; readonly why: string }
  | { readonly on: "exited"; readonly incarnation: number; readonly verdict: Verdict }
  | { readonly on: "retry"; readonly incarnation: number }
  | { readonly on: "stop"; readonly cause: ExitCause }
  | { readonly on: "restart"; readonly cause: ExitCause };

export const INITIAL: State = { at: "stopped", incarnation: 0, why: null };

/** The incarnation that is alive, or null. */
export function alive(state: State): number | null {
  switch (state.at) {
    case "starting":
    case "ready":
    case "unhealthy":
    case "stopping":
      return state.incarnation;
    case "waiting":
    case "backoff":
    case "failed":
    case "stopped":
    case "completed":
      return null;
    default:
      return state satisfies never;
  }
}

/** The transition function. An input that is late, foreign or has no meaning in a state gives back the same object. */
export function next(state: State, input: Input): State {
  switch (input.on) {
    case "start":
      return wish(state);
    case "go":
      return state.at === "waiting"
        ? { at: "starting", incarnation: state.incarnation + 1, exists: false }
        : state;
    case "exists":
      return state.at === "starting" && !state.exists && state.incarnation === input.incarnation
        ? { ...state, exists: true }
        : state;
    case "ready":
      return (state.at === "starting" || state.at === "unhealthy") && state.incarnation === input.incarnation
        ? { at: "ready", incarnation: state.incarnation }
        : state;
    case "unhealthy":
      return state.at === "ready" && state.incarnation === input.incarnation
        ? { at: "unhealthy", incarnation: state.incarnation, why: input.why }
        : state;
    case "exited":
      return alive(state) === input.incarnation ? afterExit(state, input.verdict) : state;
    case "retry":
      return state.at === "backoff" && state.incarnation === input.incarnation ? waiting(state) : state;
    case "stop":
      return stop(state, input.cause);
    case "restart":
      return alive(state) === null ? wish(state) : stopping(state, input.cause, "waiting");
    default:
      return input satisfies never;
  }
}

function waiting(state: State): State {
  return { at: "waiting", incarnation: state.incarnation };
}

function wish(state: State): State {
  if (state.at === "stopping")
    return state.afterwards === "waiting" ? state : { ...state, afterwards: "waiting" };
  return state.at === "waiting" || alive(state) !== null ? state : waiting(state);
}

function stopping(state: State, cause: ExitCause, afterwards: "stopped" | "waiting"): State {
  if (state.at === "stopping" && state.cause === cause && state.afterwards === afterwards) return state;
  return { at: "stopping", incarnation: state.incarnation, cause, afterwards };
}

function stop(state: State, cause: ExitCause): State {
  if (alive(state) !== null) return stopping(state, cause, "stopped");
  if (state.at === "completed" || (state.at === "stopped" && state.why === null)) return state;
  return { at: "stopped", incarnation: state.incarnation, why: null };
}

function afterExit(state: State, verdict: Verdict): State {
  const { incarnation } = state;
  if (state.at === "stopping") {
    return state.afterwards === "waiting" ? waiting(state) : { at: "stopped", incarnation, why: null };
  }
  switch (verdict.to) {
    case "backoff":
      return { at: "backoff", incarnation, delayMs: verdict.delayMs, why: verdict.why };
    case "failed":
      return { at: "failed", incarnation, error: verdict.error };
    case "stopped":
      return { at: "stopped", incarnation, why: verdict.why };
    case "completed":
      return { at: "completed", incarnation };
    default:
      return verdict satisfies never;
  }
}
