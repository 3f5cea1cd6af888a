import { setTimeout as sleep } from "node:timers/promises";
import type { Policy } from "./resiliency.ts";

/** A call was not made, as its target failed too often. */
class BreakerOpenError extends Error {
  override readonly name = "BreakerOpenError";
}

/** A call took longer than its policy allows; the words are those of daprd. */
class PolicyTimeoutError extends Error {
  override readonly name = "PolicyTimeoutError";
  constructor() {
    super("context deadline exceeded");
  }
}

/** Retry around circuit breaker around time-out around a call, as Dapr nests them. */
export async function runPolicy<T>(policy: Policy, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { retry } = policy;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await runOnce(policy, call);
    } catch (error) {
      const delay =
        retry === null || error instanceof BreakerOpenError || isPermanent(error) || !covered(policy, error)
          ? null
          : retry.delay(attempt);
      if (delay === null) throw error;
      await sleep(delay);
    }
  }
}

/** True where there is something to be done: the way without a policy stays as short as it is. */
export function isActive({ timeoutMs, retry, breaker }: Policy): boolean {
  return timeoutMs !== null || retry !== null || breaker !== null;
}

async function runOnce<T>(
  { breaker, timeoutMs }: Policy,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const admission = breaker?.admit();
  if (admission?.at === "refused") throw new BreakerOpenError(admission.message);
  let success = false;
  try {
    const answer = await withTimeout(timeoutMs, call);
    success = true;
    return answer;
  } finally {
    admission?.done(success);
  }
}

async function withTimeout<T>(
  timeoutMs: number | null,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  if (timeoutMs === null) return await call(controller.signal);
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new PolicyTimeoutError();
    reject(error);
    controller.abort(error);
  }, timeoutMs);
  try {
    return await Promise.race([call(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A status that the call failed with decides whether it is tried again. */
function covered({ retry }: Policy, error: unknown): boolean {
  const status =
    error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : null;
  return retry !== null && (status === null || retry.covers(status));
}

/** An error says of itself that trying again mends nothing. */
function isPermanent(error: unknown): boolean {
  return error instanceof Error && "permanent" in error && error.permanent === true;
}
