import type { RestartPolicy } from "./resolved.ts";

/** First pause after a crash, in ms; doubles with each further crash. */
const BACKOFF_FIRST_MS = 200;
/** No pause is longer. */
const BACKOFF_MAX_MS = 10_000;
/** So many crashes … */
const CRASH_LOOP_COUNT = 5;
/** … within so many ms are a crash loop. */
const CRASH_LOOP_WINDOW_MS = 30_000;
/**
 * What a process ends with that cannot start as it is set up (EX_CONFIG of sysexits.h): a token that is refused, a setting
 * that makes no sense. Starting it again does not help until somebody has changed something.
 */
export const EXIT_NOT_SET_UP = 78;
/** Ready for so long, earlier crashes are forgotten. */
const STABLE_AFTER_MS = 10_000;

/** Times (ms) of the crashes since the last stable run, oldest first. Planned restarts are never in it. */
export type CrashHistory = readonly number[];

/** An exit that nobody asked for. */
export interface UnplannedExit {
  /** Null where it was a signal, or there is none. */
  readonly code: number | null;
  /** How long it had been ready, in ms; null = it never was. */
  readonly readyForMs: number | null;
  /** A task, which is meant to end. */
  readonly oneShot: boolean;
  readonly policy: RestartPolicy;
  readonly history: CrashHistory;
  /** Present, in ms. */
  readonly now: number;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

export type RestartDecision =
  | { readonly do: "complete" }
  /** It ended on its own accord, and the policy lets it rest. */
  | { readonly do: "rest" }
  /** It says itself that another start would end in the same way. */
  | { readonly do: "not-set-up" }
  /** It failed, and the policy does not start it again. */
  | { readonly do: "give-up" }
  | { readonly do: "loop"; readonly crashes: number; readonly withinMs: number }
  | { readonly do: "retry"; readonly delayMs: number; readonly nth: number; readonly history: CrashHistory };

/** The restart policy: what follows an exit that nobody asked for. */
export function decideRestart(exit: UnplannedExit): RestartDecision {
  if (exit.oneShot) return exit.code === 0 ? { do: "complete" } : { do: "give-up" };
  // A server that ends before it ever served has not ended well, whatever its exit code says.
  const clean = exit.code === 0 && exit.readyForMs !== null;
  if (clean && exit.policy !== "always") return { do: "rest" };
  if (exit.code === EXIT_NOT_SET_UP && exit.readyForMs === null) return { do: "not-set-up" };
  if (exit.policy === "never") return { do: "give-up" };

  const stable = exit.readyForMs !== null && exit.readyForMs >= STABLE_AFTER_MS;
  const history = [...(stable ? [] : exit.history), exit.now];
  const first = history.at(-CRASH_LOOP_COUNT);
  if (first !== undefined && exit.now - first <= CRASH_LOOP_WINDOW_MS) {
    return { do: "loop", crashes: CRASH_LOOP_COUNT, withinMs: exit.now - first };
  }
  return {
    do: "retry",
    delayMs: backoff(history.length, exit.random),
    nth: history.length,
    history: history.slice(-32),
  };
}

/** Pause before the nth restart: doubling, with up to a quarter taken off so that many do not come back in step. */
export function backoff(nth: number, random: () => number): number {
  const full = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(nth - 1, 16));
  return Math.round(full * (1 - random() / 4));
}
