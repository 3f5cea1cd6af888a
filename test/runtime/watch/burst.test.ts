import t from "tap";
import { Burst } from "../../../src/runtime/watch/burst.ts";

t.test("a burst is told once, when it is quiet", async (t) => {
  const told = Promise.withResolvers<void>();
  let times = 0;
  const burst = new Burst({ quietMs: 5, atMostMs: 10_000 }, () => {
    times += 1;
    told.resolve();
  });
  for (let n = 0; n < 100; n += 1) burst.add();
  t.equal(times, 0);
  await told.promise;
  t.equal(times, 1);
});

t.test("a burst without an end is told at the latest after its limit, and the next one starts", async (t) => {
  const told: number[] = [];
  const burst = new Burst({ quietMs: 60_000, atMostMs: 20 }, () => told.push(1));
  t.teardown(() => burst.cancel());
  while (told.length < 2) {
    burst.add();
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.equal(told.length, 2, "though it was never quiet");
});

t.test("a cancelled burst is not told", async (t) => {
  const burst = new Burst({ quietMs: 0, atMostMs: 0 }, () => t.fail("told"));
  burst.add();
  burst.cancel();
  const later = Promise.withResolvers<void>();
  const other = new Burst({ quietMs: 1, atMostMs: 1 }, () => later.resolve());
  other.add();
  await later.promise;
  t.pass("a later one was");
});
