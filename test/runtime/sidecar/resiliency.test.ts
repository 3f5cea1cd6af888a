import t from "tap";
import { CircuitBreaker } from "../../../src/runtime/resources/sidecar/embedded/resiliency/circuit-breaker.ts";
import {
  isActive,
  runPolicy,
} from "../../../src/runtime/resources/sidecar/embedded/resiliency/run-policy.ts";
import {
  Resiliency,
  type Policy,
} from "../../../src/runtime/resources/sidecar/embedded/resiliency/resiliency.ts";
import { retryRule } from "../../../src/runtime/resources/sidecar/embedded/resiliency/retry-rule.ts";

t.test(
  "a circuit breaker opens, lets one through after its time-out, and closes or opens again",
  async (t) => {
    let now = 0;
    const breaker = new CircuitBreaker(
      {
        maxRequests: 1,
        intervalMs: 0,
        timeoutMs: 100,
        trip: "consecutiveFailures >= 2 || totalFailures > 10",
      },
      () => now,
    );
    const attempt = (success: boolean): string => {
      const admission = breaker.admit();
      if (admission.at === "passed") admission.done(success);
      return admission.at;
    };
    t.same(
      [attempt(false), attempt(true), attempt(false), attempt(false)],
      ["passed", "passed", "passed", "passed"],
    );
    t.match(breaker.admit(), { at: "refused", message: "circuit breaker is open", retryAt: 100 });
    now = 100;
    const half = breaker.admit();
    t.equal(half.at, "passed");
    t.match(breaker.admit(), { at: "refused", message: "too many requests" });
    if (half.at === "passed") half.done(false);
    t.match(breaker.admit(), { at: "refused", retryAt: 200 });
    now = 200;
    t.equal(attempt(true), "passed");
    t.same([attempt(false), attempt(true)], ["passed", "passed"], "it is closed, and its counts are new");
  },
);

t.test("what an attempt says that began before the state changed does not count", async (t) => {
  let now = 0;
  const breaker = new CircuitBreaker(
    { maxRequests: 1, intervalMs: 0, timeoutMs: 100, trip: "consecutiveFailures >= 1" },
    () => now,
  );
  const late = breaker.admit();
  const failed = breaker.admit();
  if (failed.at === "passed") failed.done(false);
  now = 100;
  const half = breaker.admit();
  if (late.at === "passed") late.done(true);
  t.match(breaker.admit(), { at: "refused", message: "too many requests" });
  if (half.at === "passed") half.done(true);
  t.equal(breaker.admit().at, "passed");
});

t.test("retries wait as their policy says", async (t) => {
  const constant = retryRule({ policy: "constant", duration: "2s", maxRetries: 2 });
  t.same(
    [1, 2, 3].map((n) => constant.delay(n)),
    [2000, 2000, null],
  );
  t.equal(retryRule({}).delay(1_000_000), 5000, "without a number for ever, after five seconds");
  const growing = retryRule(
    { policy: "exponential", maxInterval: "1s", maxRetries: 4 },
    { random: () => 0.5 },
  );
  t.same(
    [1, 2, 3, 4, 5].map((n) => growing.delay(n)),
    [500, 750, 1000, 1000, null],
  );
  t.equal(retryRule({ policy: "exponential" }).delay(10_000), null, "not longer than 15 minutes");
  const matching = retryRule({ matching: { httpStatusCodes: "429,500-599" } });
  t.same(
    [428, 429, 499, 500, 599].map((status) => matching.covers(status)),
    [false, true, false, true, true],
  );
  for (const spec of [
    { policy: "other" },
    { duration: "soon" },
    { maxRetries: "x" },
    { matching: { httpStatusCodes: "9-1" } },
  ])
    t.throws(() => retryRule(spec), JSON.stringify(spec));
});

t.test("a call is tried again, cut off and refused as its policy says", async (t) => {
  const resiliency = new Resiliency([
    {
      name: "all",
      spec: {
        policies: {
          timeouts: { short: "20ms" },
          retries: { two: { duration: "1ms", maxRetries: 2 } },
          circuitBreakers: { first: { trip: "consecutiveFailures >= 1" } },
        },
        targets: {
          components: {
            retried: { outbound: { retry: "two" } },
            timed: { outbound: { timeout: "short", retry: "two" } },
            broken: { outbound: { circuitBreaker: "first", retry: "two" } },
          },
        },
      },
    },
  ]);
  const policy = (name: string): Policy => resiliency.component(name, "outbound", "Pubsub");
  let calls = 0;
  const failing = async (): Promise<never> => {
    calls += 1;
    throw new Error(`failed ${calls}`);
  };
  await t.rejects(runPolicy(policy("retried"), failing), { message: "failed 3" });
  calls = 0;
  t.equal(
    await runPolicy(policy("retried"), async () => ((calls += 1) < 3 ? await failing() : "done")),
    "done",
  );
  calls = 0;
  const hanging = async (signal: AbortSignal): Promise<never> => {
    calls += 1;
    return await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("cut"))));
  };
  await t.rejects(runPolicy(policy("timed"), hanging), { message: "context deadline exceeded" });
  t.equal(calls, 3);
  calls = 0;
  await t.rejects(runPolicy(policy("broken"), failing), { message: "circuit breaker is open" });
  t.equal(calls, 1);
  t.notOk(isActive(policy("other")));
});

t.test("one resource that cannot be read leaves the others as they are, and says so", async (t) => {
  const good = {
    policies: { timeouts: { a: "1s" } },
    targets: { components: { bus: { inbound: { timeout: "a" } } } },
  };
  const resiliency = new Resiliency([
    { name: "bad", spec: { policies: { circuitBreakers: { b: { trip: "1 +" } } } } },
    { name: "good", spec: good },
  ]);
  t.match(resiliency.problems, [/Could not read resiliency policy bad: /]);
  t.equal(resiliency.component("bus", "inbound", "Pubsub").timeoutMs, 1000);
  t.equal(resiliency.component("other", "inbound", "Pubsub").timeoutMs, null);
});
