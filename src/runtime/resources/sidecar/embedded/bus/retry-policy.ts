/** When a failed delivery is tried again. */
export interface RetryPolicy {
  /** Retries after the first attempt. */
  readonly retries: number;
  /** Before the first retry, in ms. */
  readonly firstMs: number;
  /** Before the last retry, in ms. */
  readonly lastMs: number;
}

/** Five retries within 16 s: 0.2, 0.53, 1.4, 3.8 and 10 s. */
export const DEFAULT_RETRY: RetryPolicy = { retries: 5, firstMs: 200, lastMs: 10_000 };

/** How long to wait after so many failed attempts, growing by a constant factor; null once there are no retries left. */
export function retryDelay(policy: RetryPolicy, attempts: number): number | null {
  if (attempts > policy.retries) return null;
  if (policy.retries < 2) return policy.firstMs;
  const factor = (policy.lastMs / policy.firstMs) ** (1 / (policy.retries - 1));
  return Math.round(policy.firstMs * factor ** (attempts - 1));
}
