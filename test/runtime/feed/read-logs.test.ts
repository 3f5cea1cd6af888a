import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { AgentsError } from "../../../src/runtime/model/errors.ts";
import { openLogReader } from "../../../src/runtime/feed/log-reader.ts";
import { all, texts } from "./reading.ts";

const at = (second: number): string => new Date(Date.UTC(2026, 10, 22, 10, 0, second)).toISOString();

/** By this process so far, as Linux counts; elsewhere nothing is counted. */
function bytesRead(): number {
  if (process.platform !== "linux") return 0;
  return Number(/rchar: (\d+)/.exec(readFileSync("/proc/self/io", "latin1"))?.[1]);
}

/** Three resources that take turns; one of them rotated. */
function logs(count: number): Record<string, string> {
  const files: Record<string, string> = { "a.log.1": "", "a.log": "", "b.log": "", "c.log": "" };
  for (let seq = 1; seq <= count; seq++) {
    const name = seq % 3 === 0 ? "c.log" : seq % 3 === 1 ? "b.log" : seq <= count / 2 ? "a.log.1" : "a.log";
    const level = seq % 10 === 0 ? "ERROR: " : "";
    files[name] +=
      `${at(seq)} ${seq} ${seq % 2 === 0 ? "out" : "err"} ${level}line ${seq} ${"-".repeat(seq % 300)}\n`;
  }
  return files;
}

const COUNT = 6000;
const numbers = (from: number, to = COUNT): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

void test("Lines of several resources, rotated files too, come in the order of their numbers", async (t) => {
  const reader = openLogReader(t.testdir(logs(COUNT)));
  t.same(
    (await all(reader.readLogs({ resources: [] }))).map(({ seq }) => seq),
    numbers(1),
  );
  t.same(reader.resources(), ["a", "b", "c"]);
  const some = await all(reader.readLogs({ resources: ["a", "c"] }));
  t.same(
    some.map(({ seq }) => seq),
    numbers(1).filter((seq) => seq % 3 !== 1),
  );
});

void test("The last n are the last n of all resources together, whatever n is", async (t) => {
  const reader = openLogReader(t.testdir(logs(COUNT)));
  for (const last of [0, 1, 2, 7, 500, 4000, COUNT - 1, COUNT, COUNT + 1, 1e12]) {
    const found = await all(reader.readLogs({ resources: [], last }));
    t.same(
      found.map(({ seq }) => seq),
      numbers(Math.max(1, COUNT - last + 1)),
      `last ${last}`,
    );
  }
});

void test("Filters go together, and last counts the lines that match", async (t) => {
  const reader = openLogReader(t.testdir(logs(COUNT)));
  const errors = await all(reader.readLogs({ resources: [], level: "warn", last: 3 }));
  t.same(
    errors.map(({ seq }) => seq),
    [5980, 5990, 6000],
  );
  t.ok(errors.every(({ level }) => level === "error"));
  t.same(await texts(reader.readLogs({ resources: ["b"], grep: "^line 1000 " })), []);
  t.match(await texts(reader.readLogs({ resources: [], grep: "line (1000|2000) " })), [
    /^ERROR: line 1000/,
    /^ERROR: line 2000/,
  ]);
  const late = await all(reader.readLogs({ resources: [], since: at(5995) }));
  t.same(
    late.map(({ seq }) => seq),
    numbers(5995),
  );
  t.same(
    (await all(reader.readLogs({ resources: [], since: at(5995), last: 2 }))).map(({ seq }) => seq),
    [5999, 6000],
  );
  t.same(
    (await all(reader.readLogs({ resources: [], since: at(5995), last: 50 }))).map(({ seq }) => seq),
    numbers(5995),
  );
  t.equal((await all(reader.readLogs({ resources: [], since: at(0) }))).length, COUNT);
  t.same(await all(reader.readLogs({ resources: [], since: at(COUNT + 1) })), []);
  t.equal((await all(reader.readLogs({ resources: [], since: "2026-11-22T11:00:00+01:00" }))).length, COUNT);
});

void test("A query that makes no sense is a clear error, at once", (t) => {
  const reader = openLogReader(t.testdir());
  for (const query of [
    { resources: [], grep: "(" },
    { resources: [], since: "yesterday" },
  ]) {
    t.throws(() => reader.readLogs(query), AgentsError);
    t.throws(() => reader.readLogs(query), { code: "AGENTS_USAGE", details: { path: /^(?:grep|since)$/ } });
  }
  t.doesNotThrow(() => reader.readLogs({ resources: [], grep: "\\-{" }), "the older grammar will do");
  t.end();
});

void test("A folder that is missing holds no lines", async (t) => {
  const reader = openLogReader(join(t.testdir(), "nothing"));
  t.same(reader.resources(), []);
  t.same(await all(reader.readLogs({ resources: [], last: 5 })), []);
});

void test("The last lines of a large file come without reading it", async (t) => {
  const dir = t.testdir();
  const line = (seq: number): string => `${at(0)} ${seq} out ${"v".repeat(100)}\n`;
  const block = Array.from({ length: 10_000 }, (_, i) => line(i + 1)).join("");
  for (let i = 0; i < 100; i++) writeFileSync(join(dir, "big.log"), block, { flag: "a" });
  writeFileSync(join(dir, "big.log"), `${at(0)} 99999999 out the end\n`, { flag: "a" });
  const reader = openLogReader(dir);
  const started = bytesRead();
  t.same(await texts(reader.readLogs({ resources: [], last: 1 })), ["the end"]);
  t.ok(bytesRead() - started < 10_000_000, "of 140 MB");
  const searched = bytesRead();
  t.same(await all(reader.readLogs({ resources: [], since: at(1) })), []);
  t.ok(bytesRead() - searched < 10_000_000, "since finds its place by halving");
});

void test("Damage of any kind and size in a file is gone over, forwards and backwards", async (t) => {
  const whole = (seq: number): string => `${at(seq)} ${seq} out line ${seq}\n`;
  const damage = [
    "\n\n\n",
    "x\n",
    "\0".repeat(300_000),
    `${"q".repeat(500_000)}\n`,
    `${at(1)} 7x out no\n`,
    `${at(1)} 99999999999999999999 out no\n`,
  ];
  const dir = t.testdir({
    "a.log": damage
      .map(
        (text, index) =>
          `${whole(index * 2 + 1)}${text}${text.endsWith("\n") ? "" : "\n"}${whole(index * 2 + 2)}`,
      )
      .join(""),
  });
  const reader = openLogReader(dir);
  const expected = Array.from({ length: 12 }, (_, index) => index + 1);
  t.same(
    (await all(reader.readLogs({ resources: [] }))).map(({ seq }) => seq),
    expected,
  );
  t.same(
    (await all(reader.readLogs({ resources: [], last: 100 }))).map(({ seq }) => seq),
    expected,
  );
});
