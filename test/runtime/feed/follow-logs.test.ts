import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { test } from "tap";
import type { LogLine } from "../../../src/runtime/feed/log-line.ts";
import { createLogStore } from "../../../src/runtime/feed/log-store.ts";
import { TurnBudget } from "../../../src/runtime/feed/turn-budget.ts";
import { faults, take } from "./reading.ts";

const FIXTURE = join(import.meta.dirname, "fixtures/numbered-lines.ts");
const bytes = (text: string): Buffer => Buffer.from(text);
const turn = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));

void test("A follower sees what is kept, then what comes, with no gap and nothing twice", async (t) => {
  using store = createLogStore(t.testdir());
  const writer = store.writer("a");
  let written = 0;
  const write = (): void => writer.write("stdout", bytes(`${written++}\n`));
  for (let i = 0; i < 5000; i++) write();
  const stop = new AbortController();
  const lines = store.followLogs({ resources: [], last: 2000 }, stop.signal);
  const reading = take(lines, 17_000);
  // It goes on writing while the kept lines are read.
  const going = (async () => {
    for (let turns = 0; turns < 150; turns++) {
      for (let i = 0; i < 100; i++) write();
      await turn();
    }
  })();
  const found = await reading;
  await going;
  t.same(
    found.map(({ text }) => Number(text)),
    Array.from({ length: 17_000 }, (_, index) => 3000 + index),
  );
  stop.abort();
  t.same(await lines.next(), { value: undefined, done: true });
});

void test("Following takes the filters of reading, and lines of several resources in their order", async (t) => {
  using store = createLogStore(t.testdir());
  const [a, b, c] = [store.writer("a"), store.writer("b"), store.writer("c")];
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const lines = store.followLogs({ resources: ["a", "b"], last: 0, grep: "[02468]$" }, stop.signal);
  const first = take(lines, 10);
  await turn();
  for (let i = 0; i < 10; i++) for (const writer of [a, b, c]) writer.write("stderr", bytes(`${i}\n`));
  t.same(
    (await first).map(({ resource, text }) => resource + text),
    ["a0", "b0", "a2", "b2", "a4", "b4", "a6", "b6", "a8", "b8"],
  );
});

void test("A follower that waits ends when it is aborted, and when the store closes", async (t) => {
  const store = createLogStore(t.testdir());
  const stop = new AbortController();
  const aborted = store.followLogs({ resources: [] }, stop.signal).next();
  const closed = store.followLogs({ resources: [] }, new AbortController().signal).next();
  await turn();
  stop.abort();
  t.equal((await aborted).done, true);
  store.close();
  t.equal((await closed).done, true);
  t.equal((await store.followLogs({ resources: [] }, AbortSignal.abort()).next()).done, true);
});

void test("A slow follower gets a line that says how much it missed, and quiet resources lose nothing", async (t) => {
  using store = createLogStore(t.testdir());
  const [loud, quiet] = [store.writer("loud"), store.writer("quiet")];
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const lines = store.followLogs({ resources: [], last: 0 }, stop.signal);
  const first = lines.next();
  await turn();
  await turn();
  loud.write("stdout", bytes("first\n"));
  t.equal((await first).value?.text, "first");
  const total = 600_000;
  for (let i = 0; i < total; i += 1000) {
    loud.write("stdout", bytes(`${i} ${"l".repeat(80)}\n`.repeat(1000)));
    if (i % 100_000 === 0) quiet.write("stdout", bytes(`quiet ${i}\n`));
    store.flush();
  }
  loud.write("stdout", bytes("last\n"));
  store.flush();
  const found: LogLine[] = [];
  for await (const line of lines) {
    found.push(line);
    if (line.text === "last") break;
  }
  t.same(
    found.filter(({ resource }) => resource === "quiet").map(({ text }) => text),
    [0, 1, 2, 3, 4, 5].map((n) => `quiet ${n * 100_000}`),
  );
  const gaps = found.filter(({ text }) => text.startsWith("… "));
  t.match(gaps[0], { resource: "loud", level: "warn", text: /^… [\d ]+ lines skipped: reader too slow$/ });
  const missed = gaps.reduce((sum, { text }) => sum + Number(text.replaceAll(/\D/g, "")), 0);
  const seen = found.filter(({ resource, text }) => resource === "loud" && /^\d/.test(text)).length;
  t.equal(seen + missed, total, "every line was seen or counted");
  t.same(
    found.map(({ seq }) => seq),
    found.map(({ seq }) => seq).toSorted((x, y) => x - y),
    "numbers grow",
  );
});

void test("Real children that flood: nothing lost, torn or out of order, and the event loop stays free", async (t) => {
  using store = createLogStore(t.testdir());
  const budget = new TurnBudget();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const children = Array.from({ length: 4 }, (_, index) => {
    const child = spawn(process.execPath, [FIXTURE, "100000"], { stdio: ["ignore", "pipe", "inherit"] });
    const writer = store.writer(`child-${index}`);
    budget.read(child.stdout, (chunk) => writer.write("stdout", chunk));
    return once(child, "close").then(() => writer.end());
  });
  setImmediate(() => delay.enable());
  await Promise.all(children);
  delay.disable();
  t.comment(
    `event loop held up: ${(delay.percentile(99) / 1e6).toFixed(1)} ms p99, ${(delay.max / 1e6).toFixed(1)} ms at most`,
  );
  const lines: LogLine[] = [];
  for await (const line of store.readLogs({ resources: [] })) lines.push(line);
  t.equal(lines.length, 400_000);
  t.same(faults(lines), []);
});
