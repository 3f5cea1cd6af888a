import { setTimeout as delay } from "node:timers/promises";

/** Time as the supervisor sees it; a parameter, so that its rules can be tried without waiting. */
export interface Clock {
  /** Present, in ms since the epoch. */
  now(): number;
  /** Resolves after so many ms, or as soon as the signal aborts; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
};

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
