import { readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "tap";
import { openLogReader } from "../../../src/runtime/feed/log-reader.ts";
import { createLogStore } from "../../../src/runtime/feed/log-store.ts";
import { all, texts } from "./reading.ts";

const bytes = (text: string): Buffer => Buffer.from(text);

void test("The file of a resource is readable by a person and keeps what the program wrote", async (t) => {
  const dir = t.testdir();
  using store = createLogStore(join(dir, "logs"));
  const writer = store.writer("api");
  writer.write("stdout", bytes("\u001b[32mgreen\u001b[0m\r\n"));
  writer.write("stderr", bytes("ERROR: broken\n"));
  writer.end();
  const file = join(dir, "logs", "api.log");
  const stamp = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
  t.match(
    readFileSync(file, "utf8"),
    new RegExp(`^${stamp} 1 out \\u001b\\[32mgreen\\u001b\\[0m\n${stamp} 2 err ERROR: broken\n$`),
  );
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.equal(statSync(join(dir, "logs")).mode & 0o777, 0o700);
  const lines = await all(store.readLogs({ resources: [] }));
  t.match(lines, [
    { seq: 1, resource: "api", stream: "stdout", level: null, text: "green" },
    { seq: 2, resource: "api", stream: "stderr", level: "error", text: "ERROR: broken" },
  ]);
});

void test("Lines are on disk at the end of the event-loop turn in which they were read", async (t) => {
  const dir = t.testdir();
  using store = createLogStore(dir);
  store.writer("api").write("stdout", bytes("one\ntwo\npart"));
  await new Promise((resolve) => setImmediate(resolve));
  t.same(await texts(openLogReader(dir).readLogs({ resources: [] })), ["one", "two"]);
});

void test("The end of an incarnation keeps its last line, and the next one begins a line of its own", async (t) => {
  using store = createLogStore(t.testdir());
  const first = store.writer("api");
  first.write("stdout", bytes("out without newline"));
  first.write("stderr", bytes("err without newline"));
  first.end();
  store.writer("api").write("stdout", bytes("again\n"));
  t.same(await texts(store.readLogs({ resources: ["api"] })), [
    "out without newline",
    "err without newline",
    "again",
  ]);
});

void test("One sequence number goes over all resources, and on over restarts", async (t) => {
  const dir = t.testdir();
  {
    using store = createLogStore(dir);
    const writers = ["a", "b", "c"].map((name) => store.writer(name));
    for (let i = 0; i < 10; i++) for (const writer of writers) writer.write("stdout", bytes(`${i}\n`));
  }
  using store = createLogStore(dir);
  store.writer("b").write("stdout", bytes("later\n"));
  const lines = await all(store.readLogs({ resources: [] }));
  t.same(
    lines.map(({ seq }) => seq),
    Array.from({ length: 31 }, (_, index) => index + 1),
  );
  t.same(
    lines.slice(0, 4).map(({ resource }) => resource),
    ["a", "b", "c", "a"],
  );
});

void test("A file that a crash left torn is mended, and its numbers go on", async (t) => {
  const dir = t.testdir({
    "api.log": "2026-11-22T17:34:00.123Z 41 out whole\n2026-11-22T17:34:00.123Z 42 out to",
    "worker.log": "no line of ours\n\0\0\0\0",
    "empty.log": "",
  });
  using store = createLogStore(dir);
  store.writer("api").write("stdout", bytes("next\n"));
  store.writer("worker").write("stdout", bytes("works\n"));
  t.match(await all(store.readLogs({ resources: [] })), [
    { seq: 41, text: "whole" },
    { seq: 42, text: "to" },
    { seq: 42, text: "next" },
    { seq: 43, text: "works" },
  ]);
});

void test("A text that looks like a header, a very long line and bytes that are no text all stay one line", async (t) => {
  using store = createLogStore(t.testdir());
  const writer = store.writer("api");
  writer.write("stdout", bytes("2026-11-22T17:34:00.123Z 7 out forged\n"));
  writer.write("stdout", bytes(`${"y".repeat(150_000)}\n`));
  writer.write("stdout", Buffer.from([0xff, 0x00, 0xc3, 0x0a]));
  writer.end();
  const lines = await texts(store.readLogs({ resources: [] }));
  t.equal(lines[0], "2026-11-22T17:34:00.123Z 7 out forged");
  t.same(
    lines.slice(1, 4).map((text) => [text.length, text.endsWith("…")]),
    [
      [65_537, true],
      [65_537, true],
      [150_000 - 2 * 65_536, false],
    ],
  );
  t.equal(lines[4], "\ufffd\0\ufffd");
  t.equal(lines.length, 5);
});

void test("Files are rotated: the newest lines are kept, and the size is bounded", async (t) => {
  const dir = t.testdir();
  using store = createLogStore(dir, { maxFileBytes: 10_000 });
  const writer = store.writer("api");
  for (let i = 0; i < 1000; i++) {
    writer.write("stdout", bytes(`${i} ${"z".repeat(60)}\n`));
    store.flush();
  }
  t.ok(statSync(join(dir, "api.log")).size <= 10_000);
  t.ok(statSync(join(dir, "api.log.1")).size <= 10_000);
  const lines = await all(store.readLogs({ resources: [] }));
  t.ok(lines.length > 100);
  t.same(
    lines.map(({ text }) => Number(text.split(" ")[0])),
    lines.map((_, index) => 1000 - lines.length + index),
  );
  t.equal((await all(store.readLogs({ resources: [], last: 150 }))).length, 150);
});

void test("Names that are no file names are kept apart", async (t) => {
  using store = createLogStore(t.testdir());
  for (const name of ["a/b", "a%2Fb", "..", "a.log"]) {
    const writer = store.writer(name);
    writer.write("stdout", bytes(`${name}\n`));
    writer.end();
  }
  t.same(await texts(store.readLogs({ resources: [] })), ["a/b", "a%2Fb", "..", "a.log"]);
  t.same(await texts(store.readLogs({ resources: ["a/b"] })), ["a/b"]);
  t.same(store.resources(), ["..", "a%2Fb", "a.log", "a/b"]);
});

void test("The last words of a process come from memory, at once", (t) => {
  using store = createLogStore(t.testdir());
  const writer = store.writer("api");
  for (let i = 0; i < 20_000; i++) writer.write("stdout", bytes(`line ${i}\n`));
  t.same(
    store.lastLines("api", 2).map(({ text }) => text),
    ["line 19998", "line 19999"],
  );
  t.ok(store.lastLines("api", 1e9).length < 5000);
  t.same(store.lastLines("nobody", 2), []);
  t.end();
});

void test(
  "With a full disk nothing is thrown, it is said once, memory still has the newest lines, and it recovers",
  { skip: process.platform !== "linux" && "needs /dev/full" },
  async (t) => {
    const dir = t.testdir();
    symlinkSync("/dev/full", join(dir, "api.log"));
    const problems: string[] = [];
    using store = createLogStore(dir, { onProblem: (text) => problems.push(text) });
    const writer = store.writer("api");
    const other = store.writer("other");
    for (const text of ["one\n", "two\n"]) {
      writer.write("stdout", bytes(text));
      other.write("stdout", bytes(text));
      store.flush();
    }
    t.equal(problems.length, 1);
    t.match(problems[0], /^Logs cannot be written to .*ENOSPC/);
    t.same(await texts(store.readLogs({ resources: ["other"] })), ["one", "two"]);
    t.same(await texts(store.readLogs({ resources: ["api"] })), ["one", "two"]);
    t.same(await texts(store.readLogs({ resources: ["api"], last: 1 })), ["two"]);
    rmSync(join(dir, "api.log"));
    await delay(1100); // it tries again after a second
    writer.write("stdout", bytes("three\n"));
    store.flush();
    t.same(await texts(openLogReader(dir).readLogs({ resources: ["api"] })), [
      "… 2 lines not kept: the log could not be written",
      "three",
    ]);
  },
);

void test("Logs that somebody removes during a run are begun anew", async (t) => {
  const dir = t.testdir();
  using store = createLogStore(dir);
  const writer = store.writer("api");
  writer.write("stdout", bytes("before\n"));
  store.flush();
  rmSync(join(dir, "api.log"));
  await delay(1100); // looked at once a second
  writer.write("stdout", bytes("after\n"));
  store.flush();
  t.same(await texts(openLogReader(dir).readLogs({ resources: [] })), ["after"]);
});

void test("A folder that cannot be made stops nobody", async (t) => {
  const dir = t.testdir({ logs: "a file" });
  const problems: string[] = [];
  using store = createLogStore(join(dir, "logs"), { onProblem: (text) => problems.push(text) });
  const writer = store.writer("api");
  writer.write("stdout", bytes("hello\n"));
  writer.end();
  t.equal(problems.length, 1);
  t.same(await texts(store.readLogs({ resources: [] })), ["hello"]);
  writeFileSync(join(dir, "unrelated"), "");
});
