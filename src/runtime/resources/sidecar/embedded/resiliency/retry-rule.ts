import { isFields } from "../../../../journal/fields.ts";
import { retryDelay, type RetryPolicy } from "../bus/retry-policy.ts";
import { durationOr } from "./duration.ts";
import { statusCodes, type StatusCodes } from "./status-codes.ts";

/** When something that failed is tried again. */
export interface RetryRule {
  /** How long to wait after so many failed attempts, in ms; null once there are no retries left. */
  delay(attempts: number): number | null;
  /** False: what failed with this status is not tried again. */
  covers(status: number): boolean;
}

/** As with a daprd without a policy. */
export const NO_RETRIES: RetryRule = { delay: () => null, covers: () => false };

/** A rule of ours, the same each time. */
export function fixedRule(policy: RetryPolicy): RetryRule {
  return { delay: (attempts) => retryDelay(policy, attempts), covers: () => true };
}

/* What a retry policy of Dapr leaves out (https://docs.dapr.io/operations/resiliency/policies/retries/retries-overview/). */
const DURATION_MS = 5_000;
const INITIAL_MS = 500;
const MULTIPLIER = 1.5;
const SPREAD = 0.5;
const MAX_INTERVAL_MS = 60_000;
const MAX_ELAPSED_MS = 15 * 60_000;

/**
 * Reads a retry policy of a Dapr Resiliency.
 *
 * @throws Error where it is none
 */
export function retryRule(
  spec: unknown,
  { min = 0, random = Math.random }: { readonly min?: number; readonly random?: () => number } = {},
): RetryRule {
  const fields = isFields(spec) ? spec : {};
  const { policy = "constant", duration, maxInterval, matching } = fields;
  const retries = Math.max(numberOf(fields["maxRetries"]), min);
  const covers = matchingOf(matching);
  const name = String(policy).toLowerCase();
  if (name === "constant" || name === "") {
    const ms = durationOr(duration, DURATION_MS);
    return { delay: (attempts) => (attempts > retries ? null : ms), covers };
  }
  if (name !== "exponential") throw new Error(`invalid PolicyType: ${String(policy)}`);
  const longest = durationOr(maxInterval, MAX_INTERVAL_MS);
  return {
    delay: (attempts) => {
      if (attempts > retries) return null;
      const { interval, elapsed } = exponential(attempts, longest);
      return elapsed > MAX_ELAPSED_MS ? null : Math.round(interval * (1 - SPREAD + 2 * SPREAD * random()));
    },
    covers,
  };
}

/** The interval before a retry, and all of them up to it, before chance spreads them. */
function exponential(attempts: number, longest: number): { interval: number; elapsed: number } {
  let interval = INITIAL_MS;
  let elapsed = interval;
  for (let n = 1; n < attempts && elapsed <= MAX_ELAPSED_MS; n += 1) {
    interval = Math.min(interval * MULTIPLIER, longest);
    elapsed += interval;
  }
  return { interval, elapsed };
}

function matchingOf(matching: unknown): StatusCodes {
  const codes = isFields(matching) ? matching["httpStatusCodes"] : undefined;
  if (codes === undefined || codes === "") return () => true;
  return statusCodes(typeof codes === "string" ? codes : JSON.stringify(codes));
}

function numberOf(value: unknown): number {
  const number = value === undefined || value === null ? -1 : Number(value);
  if (!Number.isInteger(number)) throw new Error(`maxRetries is no whole number: ${String(value)}`);
  return number < 0 ? Number.POSITIVE_INFINITY : number;
}
