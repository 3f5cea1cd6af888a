import { test } from "tap";
import { levelOf } from "../../../src/runtime/feed/level.ts";
import { plainText } from "../../../src/runtime/feed/plain-text.ts";

const LINES: readonly (readonly [string, ReturnType<typeof levelOf>])[] = [
  ['{"level":"warn","msg":"x"}', "warn"],
  ['{"time":1,"level":50,"msg":"level: info"}', "error"],
  ['{"level":30,"msg":"pino"}', "info"],
  ['{"severity":"CRITICAL","message":"x"}', "fatal"],
  ['{"@t":"2026","@l":"Warning","@m":"Serilog"}', "warn"],
  ['{"msg":"an error"}', null],
  ['time="2026-11-22T10:00:00Z" level=info msg="dapr" app_id=x', "info"],
  ["ts=1 lvl=dbug msg=x", "debug"],
  ["[warn] careful", "warn"],
  ["[ERROR] broken", "error"],
  ["<debug> x", "debug"],
  ["ERROR: x", "error"],
  ["WARNING:root:python", "warn"],
  ["2026-11-22 17:34:00,123 ERROR something", "error"],
  ["2026-11-22T17:34:00.123Z INFO  started", "info"],
  ["2026-11-22 17:34:00.123  WARN 4711 --- [main] o.s.Boot : spring", "warn"],
  ["[17:34:00] [main] ERROR: nested", "error"],
  ["2026-11-22 17:34:00 - app - INFO - python", null],
  ["info: Microsoft.Hosting.Lifetime[14]", "info"],
  ["fail: Microsoft.EntityFrameworkCore", "error"],
  ["crit: x", "fatal"],
  ["dbug: x", "debug"],
  ["npm warn deprecated x", null],
  ["npm ERR! code E404", "error"],
  ["E1122 17:34:00.123456 4711 file.go:12] klog", "error"],
  ["TypeError: x is not a function", "error"],
  ["Uncaught Error: x", "error"],
  ["panic: runtime error", "fatal"],
  ["(node:4711) ExperimentalWarning: SQLite is experimental", "warn"],
  ["    at Object.<anonymous> (file.js:1:1)", null],
  ["listening on 7010", null],
  ["there was no error at all", null],
  ["Information about the error of the day", null],
  ["INFORMATIONAL words", "info"],
  ["Errors found: 0", null],
  ["error handling is on", null],
  ["", null],
];

void test("The level of a line is recognised as the common loggers write it, and nowhere else", (t) => {
  for (const [text, level] of LINES) t.equal(levelOf(text), level, text);
  t.end();
});

void test("Looking for a level takes no time on lines that are made to be hard", (t) => {
  const started = performance.now();
  for (const text of [
    "[".repeat(60_000),
    "1 ".repeat(30_000),
    "{".repeat(60_000),
    "- ".repeat(30_000),
    `${"[a] ".repeat(20_000)}x`,
  ]) {
    for (let i = 0; i < 20; i++) levelOf(text);
  }
  t.ok(performance.now() - started < 1000);
  t.end();
});

void test("Text reads as a terminal shows it in the end", (t) => {
  t.equal(plainText("\u001b[31mred\u001b[0m plain"), "red plain");
  t.equal(plainText("\u001b]8;;https://example.com\u0007link\u001b]8;;\u0007"), "link");
  t.equal(plainText(" 10 %\r 50 %\r100 %"), "100 %");
  t.equal(plainText(" 10 %\r100 %\r"), "100 %");
  t.equal(plainText("\r"), "");
  t.equal(plainText("nul\0stays"), "nul\0stays");
  t.end();
});
