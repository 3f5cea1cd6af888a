import t from "tap";
import { Repeats } from "../../../src/cli/up/repeats.ts";

const line = (text: string, level: "info" | "warn" | "error" = "error", resource = "one-dapr") => ({
  resource,
  level,
  text,
});

t.test("complaints that say the same are shown once and counted", (t) => {
  const repeats = new Repeats();
  const lost = (n: number) =>
    line(
      `reading agents.topic.${n % 2 === 0 ? "this" : "that"}: dial tcp 127.0.0.1:${n}: refused, event "${n}"`,
    );
  t.equal(repeats.shows(lost(1), 0), true);
  for (let n = 2; n < 216; n += 1) t.notOk(repeats.shows(lost(n), n * 10));
  t.equal(repeats.shows(line("something else"), 20), true);
  t.equal(repeats.shows({ ...lost(1), resource: "other-dapr" }, 30), true, "each resource has its own");
  t.equal(repeats.shows({ ...lost(1), level: "warn" }, 30), true);
  t.same(repeats.take(29_999), []);
  t.equal(repeats.nextEnd, 30_000);
  t.same(repeats.take(30_000), [{ resource: "one-dapr", text: lost(1).text, more: 214, seconds: 30 }]);
  t.equal(repeats.shows(lost(9), 30_001), true, "then it is shown again");
  t.end();
});

t.test("what is no complaint is always shown", (t) => {
  const repeats = new Repeats();
  for (let n = 0; n < 3; n += 1) t.ok(repeats.shows(line("handled", "info"), n));
  t.equal(repeats.nextEnd, null);
  t.end();
});

t.test("at the end everything is told, and nothing twice", (t) => {
  const repeats = new Repeats();
  repeats.shows(line("lost"), 0);
  repeats.shows(line("lost"), 100);
  repeats.shows(line("alone"), 100);
  t.same(repeats.take(2_000, true), [{ resource: "one-dapr", text: "lost", more: 1, seconds: 2 }]);
  t.same(repeats.take(90_000, true), []);
  t.end();
});
