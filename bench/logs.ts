import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Readable } from "node:stream";
import { openLogReader } from "../src/runtime/feed/log-reader.ts";
import { createLogStore } from "../src/runtime/feed/log-store.ts";
import { TurnBudget } from "../src/runtime/feed/turn-budget.ts";
import { own } from "./owned.ts";

/** What `logLines` found out. */
export interface LogLines {
  /** Lines a second: children → pipes → log store → files. */
  readonly ours: number;
  /** The same children, their bytes written to files as they come: no lines, no numbers, nothing kept. */
  readonly theirs: number;
  readonly lines: number;
  readonly writers: number;
  /** Lines that did not come back from the files. */
  readonly lost: number;
  /** Lines that came back other than they were written. */
  readonly torn: number;
  /** Lines of one writer out of their order, or numbers that do not grow. */
  readonly reordered: number;
  /** How long the event loop of the store's process was held up at most and in 99 of 100 turns, in ms. */
  readonly delayMaxMs: number;
  readonly delayP99Ms: number;
  /** Lines a second read back, filtered by number of resource and in order. */
  readonly readBack: number;
}

const LINE_BYTES = 100;
const PADDING = "x".repeat(LINE_BYTES - 11);
/** Written as a program that logs a lot does: 64 KiB at once. Line `i` begins with its number. */
const WRITER = `
const { writeSync } = require("node:fs");
const count = Number(process.argv[1]);
let block = "";
const write = (text) => { const bytes = Buffer.from(text); for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at); };
for (let i = 0; i < count; i++) {
  block += String(i).padStart(9, "0") + " ${PADDING}\\n";
  if (block.length >= 65536) { write(block); block = ""; }
}
write(block);
`;

/** Measures the log path with real children, and reads everything back. */
export async function logLines({ writers = 1, lines = 2_000_000 } = {}): Promise<LogLines> {
  const dir = mkdtempSync(join(tmpdir(), "agents-bench-logs-"));
  await using owned = new AsyncDisposableStack();
  owned.use(own(() => rmSync(dir, { recursive: true, force: true })));
  const theirs = await bare(join(dir, "bare"), writers, lines);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const logs = join(dir, "logs");
  const ours = await stored(logs, writers, lines, () => delay.enable());
  delay.disable();
  const checked = await check(logs, writers, lines);
  return {
    ours,
    theirs,
    lines,
    writers,
    delayMaxMs: delay.max / 1e6,
    delayP99Ms: delay.percentile(99) / 1e6,
    ...checked,
  };
}

async function stored(dir: string, writers: number, lines: number, begin: () => void): Promise<number> {
  using store = createLogStore(dir);
  const budget = new TurnBudget();
  // Not before the children are there: starting them takes the loop a millisecond or two each.
  setImmediate(begin);
  return timed(lines, () =>
    forEachWriter(writers, lines, (name) => {
      const writer = store.writer(name);
      const write = (chunk: Buffer): void => writer.write("stdout", chunk);
      return { read: (stream) => budget.read(stream, write), end: () => writer.end() };
    }),
  );
}

async function bare(path: string, writers: number, lines: number): Promise<number> {
  return timed(lines, () =>
    forEachWriter(writers, lines, (name) => {
      const fd = openSync(`${path}-${name}`, "a");
      const write = (chunk: Buffer): unknown => writeSync(fd, chunk);
      return { read: (stream) => stream.on("data", write), end: () => closeSync(fd) };
    }),
  );
}

interface Sink {
  readonly read: (stream: Readable) => void;
  readonly end: () => void;
}

async function forEachWriter(writers: number, lines: number, sink: (name: string) => Sink): Promise<void> {
  const each = Math.floor(lines / writers);
  await Promise.all(
    Array.from({ length: writers }, async (_, index) => {
      const { read, end } = sink(`writer-${index}`);
      const child = spawn(process.execPath, ["-e", WRITER, String(each)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      read(child.stdout);
      await once(child, "close");
      end();
    }),
  );
}

async function timed(lines: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return Math.round((lines / (performance.now() - start)) * 1000);
}

async function check(
  dir: string,
  writers: number,
  lines: number,
): Promise<Pick<LogLines, "lost" | "torn" | "reordered" | "readBack">> {
  const expected = new Map(Array.from({ length: writers }, (_, index) => [`writer-${index}`, 0]));
  const start = performance.now();
  let found = 0;
  let torn = 0;
  let reordered = 0;
  let lastSeq = 0;
  for await (const { seq, resource, text } of openLogReader(dir).readLogs({ resources: [] })) {
    found++;
    if (text.length !== LINE_BYTES - 1 || !text.endsWith(PADDING)) torn++;
    const index = Number(text.slice(0, 9));
    if (index !== expected.get(resource) || seq <= lastSeq) reordered++;
    expected.set(resource, index + 1);
    lastSeq = seq;
  }
  const readBack = Math.round((found / (performance.now() - start)) * 1000);
  return { lost: Math.floor(lines / writers) * writers - found, torn, reordered, readBack };
}

if (import.meta.main) {
  for (const writers of [1, 6, 50]) process.stdout.write(`${JSON.stringify(await logLines({ writers }))}\n`);
}
