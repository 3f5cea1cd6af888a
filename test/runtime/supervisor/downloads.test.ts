import t from "tap";
import { Downloads } from "../../../src/runtime/supervisor/downloads.ts";

const BYTES = { what: "redis", done: 1, total: 2, unit: "bytes" };

t.test("time counts as downloading while bytes arrive, and not after they stay away or it is over", (t) => {
  const downloads = new Downloads();
  t.equal(downloads.until(1_000), 0);
  downloads.note(BYTES, 1_000);
  t.equal(downloads.until(3_000), 2_000);
  downloads.note(BYTES, 4_000);
  downloads.note(null, 4_500);
  t.equal(downloads.until(60_000), 3_500, "it is over");
  downloads.note(BYTES, 60_000);
  t.equal(downloads.until(100_000), 8_500, "one that hangs counts for five seconds");
  downloads.note(BYTES, 101_000);
  t.equal(downloads.until(101_000), 8_500);
  t.end();
});
