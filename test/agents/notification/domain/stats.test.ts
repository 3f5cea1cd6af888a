import { test } from "tap";
import { causeOf, statsOf } from "../../../../src/agents/notification/domain/stats.ts";
import type { Tally } from "../../../../src/agents/notification/domain/stats.ts";

const tally = (channel: string, at: Tally["at"], more: Partial<Tally> = {}): Tally => {
  const nothing = { code: null, suppressedBy: null, timed: 0, p50Ms: null, p95Ms: null };
  return { channel, at, notifications: 1, attempts: 0, ...nothing, ...more };
};

await test("a failure has the cause that the subject of its code names (RFC 3463, section 3)", (t) => {
  const known = {
    "5.0.0": "other",
    "5.1.1": "address",
    "4.2.2": "mailbox",
    "4.3.2": "system",
    "4.4.1": "network",
    "5.5.0": "protocol",
    "5.6.1": "content",
    "5.7.1": "policy",
    "5.8.1": "other",
    "5.70.1": "other",
    "no code": "other",
  };
  for (const [code, cause] of Object.entries(known)) t.equal(causeOf(code), cause, code);
  t.equal(causeOf(null), "other");
  t.end();
});

await test("rows of a channel add up to what has become of it, and channels are told apart", (t) => {
  const rows = [
    // The times 10, 20, 30, 40, 50 and 900: the third is not below half of them.
    tally("sms", "sent", { notifications: 3, attempts: 4, code: "2.0.0", timed: 3, p50Ms: 50, p95Ms: 900 }),
    tally("sms", "sent", { notifications: 1, attempts: 1, code: "2.1.5", timed: 1 }),
    tally("sms", "delivered", { notifications: 2, attempts: 2, code: "2.0.0", timed: 2, p50Ms: 30 }),
    tally("sms", "pending", { notifications: 5, attempts: 9, code: "4.3.2" }),
    tally("sms", "pending"),
    tally("sms", "held", { notifications: 2, attempts: 1, code: "4.3.2" }),
    tally("sms", "failed", { notifications: 2, attempts: 20, code: "4.3.2" }),
    tally("sms", "failed", { code: "5.1.1", attempts: 1 }),
    tally("sms", "failed", { code: "5.1.3" }),
    tally("sms", "suppressed", { notifications: 3, suppressedBy: "opted-out" }),
    tally("sms", "suppressed", { suppressedBy: "hard-bounce", attempts: 1, code: "4.2.2" }),
    tally("email", "sent"),
  ];
  const [email, sms, ...others] = statsOf(rows);
  t.strictSame(others, []);
  t.match(email, { channel: "email", asked: 1, sent: 1, attempts: 0 });
  t.strictSame(email?.timeToSent, { count: 0, p50Ms: null, p95Ms: null });
  t.strictSame(sms, {
    channel: "sms",
    asked: 22,
    pending: 1,
    deferred: 5,
    held: 2,
    sent: 4,
    delivered: 2,
    failed: { total: 4, byClass: { transient: 2, permanent: 2 }, byCause: { address: 2, system: 2 } },
    suppressed: { total: 4, byReason: { "hard-bounce": 1, "opted-out": 3 } },
    attempts: 39,
    timeToSent: { count: 6, p50Ms: 30, p95Ms: 900 },
  });
  t.end();
});
