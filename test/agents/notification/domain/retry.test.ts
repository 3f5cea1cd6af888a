import { test } from "tap";
import {
  DEFAULT_RETRY,
  LONGEST_WAIT_MS,
  nextAttemptAt,
  parseRetryAfter,
} from "../../../../src/agents/notification/domain/retry.ts";

const now = Date.parse("2026-11-26T12:00:00.000Z");
const policy = { attempts: 6, firstMs: 1000, lastMs: 5000, jitter: 0.5 };

/** Milliseconds until the attempt after that one. */
function wait(attempt: number, random: number, retryAfterMs: number | null = null): number | null {
  const at = nextAttemptAt({ policy, now, random }, attempt, retryAfterMs);
  return at === null ? null : Date.parse(at) - now;
}

await test("waits double up to the longest, and chance takes away at most its part", (t) => {
  t.strictSame(
    [1, 2, 3, 4, 5, 6].map((attempt) => wait(attempt, 0)),
    [1000, 2000, 4000, 5000, 5000, null],
  );
  t.strictSame(
    [1, 2, 3, 4, 5].map((attempt) => wait(attempt, 1)),
    [500, 1000, 2000, 2500, 2500],
  );
  t.equal(wait(3, 0.5), 3000);
  const without = { ...policy, jitter: 0 };
  t.equal(nextAttemptAt({ policy: without, now, random: 0.9 }, 1, null), "2026-11-26T12:00:01.000Z");
  t.end();
});

await test("a Retry-After is never undercut, and who wants to be left alone for long is", (t) => {
  t.equal(wait(1, 1, 30_000), 30_000);
  t.equal(wait(4, 0, 100), 5000, "our own wait is longer");
  t.equal(wait(1, 0, LONGEST_WAIT_MS), LONGEST_WAIT_MS);
  t.equal(wait(1, 0, LONGEST_WAIT_MS + 1), null);
  t.equal(wait(6, 0, 1000), null, "the attempts are used up");
  t.end();
});

await test("a Retry-After is seconds or an HTTP date, and nothing else", (t) => {
  t.equal(parseRetryAfter("120", now), 120_000);
  t.equal(parseRetryAfter(" 0 ", now), 0);
  t.equal(parseRetryAfter("Thu, 26 Nov 2026 12:00:30 GMT", now), 30_000);
  t.equal(parseRetryAfter("Thu, 26 Nov 2026 11:00:00 GMT", now), 0, "a date that has passed");
  const zone = process.env["TZ"];
  t.teardown(() => {
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
  });
  process.env["TZ"] = "America/New_York";
  // The two older forms, which every recipient has to read (RFC 9110 \u00a75.6.7): both are in UTC.
  t.equal(parseRetryAfter("Thursday, 26-Nov-26 12:00:30 GMT", now), 30_000);
  t.equal(parseRetryAfter("Thu Nov 26 12:00:30 2026", now), 30_000, "wherever this machine is");
  for (const wrong of [null, "", "-5", "1.5", "soon", "2026-11-26T12:00:30Z", "Thu, 99 Foo"]) {
    t.equal(parseRetryAfter(wrong, now), null, String(wrong));
  }
  t.end();
});

/** Minutes until the last attempt, where each draws that number. */
function total(random: number): number {
  let sum = 0;
  for (let attempt = 1; attempt < DEFAULT_RETRY.attempts; attempt += 1) {
    const at = nextAttemptAt({ policy: DEFAULT_RETRY, now, random }, attempt, null);
    sum += at === null ? 0 : Date.parse(at) - now;
  }
  return sum / 60_000;
}

await test("by default a failure is given up after a quarter of an hour, not before and not much later", (t) => {
  t.ok(total(0) > 15 && total(0) < 20, String(total(0)));
  t.ok(total(0.999) > 7, String(total(0.999)));
  t.end();
});
