/** When what failed for now is tried again. Clock and random come in as parameters. */

/** How often, and how long apart. */
export type RetryPolicy = {
  /** Attempts in all: the last failure is final. */
  readonly attempts: number;
  /** Before the second attempt; each further wait is twice as long. */
  readonly firstMs: number;
  /** No wait of our own is longer. */
  readonly lastMs: number;
  /** Part of a wait that is left to chance, 0 to 1: those that failed together do not come back together. */
  readonly jitter: number;
};

/** Seventeen minutes in all, which outlasts a restart, a rate limit and most greylisting. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 10, firstMs: 2000, lastMs: 600_000, jitter: 0.5 };

/** Who asks for a longer wait than this is not waited for. */
export const LONGEST_WAIT_MS = 86_400_000;

/**
 * How long an attempt under way is left alone. Whoever was to make it and has died leaves it to the others after that; no
 * channel takes as long.
 */
const ATTEMPT_MS = 60_000;

/** When an attempt that begins now is taken up by somebody else. */
export function abandonedAt(now: string): string {
  return new Date(Date.parse(now) + ATTEMPT_MS).toISOString();
}

/** Everything that the decision about the next attempt takes. Times are milliseconds since 1970 UTC. */
export type Retrying = { readonly policy: RetryPolicy; readonly now: number; readonly random: number };

/**
 * When the attempt after `attempt` (counted from 1) is due; `null` when there is none: the attempts are used up, or the
 * other side wants to be left alone for longer than a day. Its `Retry-After` is never undercut.
 *
 * @param retrying `random` lies in [0, 1).
 */
export function nextAttemptAt(
  { policy, now, random }: Retrying,
  attempt: number,
  retryAfterMs: number | null,
): string | null {
  if (attempt >= policy.attempts) return null;
  if (retryAfterMs !== null && retryAfterMs > LONGEST_WAIT_MS) return null;
  const full = Math.min(policy.firstMs * 2 ** (attempt - 1), policy.lastMs);
  const own = full * (1 - policy.jitter * random);
  return new Date(now + Math.round(Math.max(own, retryAfterMs ?? 0))).toISOString();
}

/**
 * What a `Retry-After` header asks for, in milliseconds from now (RFC 9110 §10.2.3): seconds, or an HTTP date. A date that
 * has passed asks for nothing; `null` where the text is neither.
 */
export function parseRetryAfter(text: string | null, now: number): number | null {
  const trimmed = text?.trim() ?? "";
  if (/^\d+$/.test(trimmed)) return Number(trimmed) * 1000;
  // The three forms of an HTTP date begin with the name of a day; `Date` alone would also read "-5" as one.
  if (!/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(trimmed)) return null;
  // One of the three names no zone (RFC 9110 §5.6.7): it is in UTC all the same.
  const date = Date.parse(trimmed.endsWith(" GMT") ? trimmed : `${trimmed} GMT`);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
