import { mkdirSync } from "node:fs";
import type { LogQuery } from "../control/run-control.ts";
import { Follower } from "./follower.ts";
import type { RawLine } from "./line-format.ts";
import { grouped, NEWLINE, parseLine, timeBytes, toLogLine, writeHeader } from "./line-format.ts";
import { LineSplitter } from "./line-splitter.ts";
import { logPath, resourcesIn } from "./log-dir.ts";
import { lastSeqIn, LogFile, sweepRotated } from "./log-file.ts";
import type { LogLine } from "./log-line.ts";
import { compileQuery } from "./log-query.ts";
import type { LogReader } from "./log-reader.ts";
import { takeSnapshot } from "./log-snapshot.ts";
import { readLines } from "./read-lines.ts";
import { ResourceLog } from "./resource-log.ts";

/** Takes the output of one incarnation of a resource. */
export interface LogWriter {
  /** Its lines have higher sequence numbers. */
  readonly after: number;
  /** Bytes as they were read, whatever their borders are; they may be used again once this returns. */
  write(stream: LogLine["stream"], chunk: Uint8Array): void;
  /** The streams have ended: a last line without newline is kept, and everything is on disk when this returns. */
  end(): void;
}

export interface LogStore extends LogReader, Disposable {
  /** One per incarnation: the output of two of them never runs into one line. */
  writer(resource: string): LogWriter;
  /** Kept lines that match, then every new one, with no gap, until the signal aborts. A reader that is too slow gets a line that says how many it missed. */
  followLogs(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogLine, void, undefined>;
  /** The last lines of a resource after that sequence number, from memory, at once: the last words of a process. */
  lastLines(resource: string, count: number, after?: number): readonly LogLine[];
  /** Writes what was read in this event-loop turn; it happens by itself at the end of the turn. */
  flush(): void;
  /** Writes what is left and closes the files. Followers end. */
  close(): void;
}

export interface LogStoreOptions {
  /** Size at which a file is rotated; two are kept per resource. Default 256 MB. */
  readonly maxFileBytes?: number;
  /** Told once when lines cannot be written (disk full …): the services go on, so that somebody has to say it. */
  readonly onProblem?: (text: string) => void;
}

/** Written at once, before the end of the turn. */
const FLUSH_BYTES = 1024 * 1024;

/** Opens the logs of a project for a run, in a folder (`.agents/logs`); sequence numbers go on where they stand there. */
export function createLogStore(dir: string, options: LogStoreOptions = {}): LogStore {
  return new FileLogStore(dir, options);
}

class FileLogStore implements LogStore {
  readonly #dir: string;
  readonly #maxFileBytes: number;
  readonly #onProblem: (text: string) => void;
  readonly #logs = new Map<string, ResourceLog>();
  /** Logs with lines of this turn. */
  readonly #dirty = new Set<ResourceLog>();
  readonly #followers = new Set<Follower>();
  readonly #closing = new AbortController();
  #seq = 0;
  #now = 0;
  #time: Buffer = timeBytes(0);
  #scheduled: NodeJS.Immediate | null = null;
  #warned = false;

  constructor(dir: string, { maxFileBytes = 256 * 1024 * 1024, onProblem = () => {} }: LogStoreOptions) {
    this.#dir = dir;
    this.#maxFileBytes = maxFileBytes;
    this.#onProblem = onProblem;
    try {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      this.#seq = lastSeqOf(dir);
    } catch (error) {
      this.#warn(error); // each file tries for itself, from time to time
    }
  }

  writer(resource: string): LogWriter {
    const log = this.#log(resource);
    const splitters = {
      stdout: new LineSplitter((bytes, start, end, cut) =>
        this.#add(log, "stdout", { bytes, start, end, cut }),
      ),
      stderr: new LineSplitter((bytes, start, end, cut) =>
        this.#add(log, "stderr", { bytes, start, end, cut }),
      ),
    };
    return {
      after: this.#seq,
      write: (stream, chunk) => {
        this.#tick();
        splitters[stream].push(chunk);
        if (log.pending > FLUSH_BYTES) this.flush();
      },
      end: () => {
        this.#tick();
        splitters.stdout.end();
        splitters.stderr.end();
        this.flush();
      },
    };
  }

  resources(): readonly string[] {
    return [...new Set([...resourcesIn(this.#dir), ...this.#logs.keys()])].toSorted();
  }

  readLogs(query: LogQuery): AsyncGenerator<LogLine, void, undefined> {
    const filter = compileQuery(query);
    const read = async function* (this: FileLogStore): AsyncGenerator<LogLine, void, undefined> {
      this.flush();
      using snapshot = takeSnapshot(this.#dir, filter, this.#unwritten());
      yield* readLines(snapshot, filter, query.last);
    };
    return read.call(this);
  }

  followLogs(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogLine, void, undefined> {
    const filter = compileQuery(query);
    const until = AbortSignal.any([signal, this.#closing.signal]);
    const follow = async function* (this: FileLogStore): AsyncGenerator<LogLine, void, undefined> {
      const follower = new Follower(filter, until);
      const wake = (): void => follower.wake();
      until.addEventListener("abort", wake);
      try {
        // In one go: what is written up to here is in the snapshot, everything after it comes to the follower.
        this.flush();
        this.#followers.add(follower);
        {
          using snapshot = takeSnapshot(this.#dir, filter, this.#unwritten());
          for await (const line of readLines(snapshot, filter, query.last)) {
            if (until.aborted) return;
            yield line;
          }
        }
        yield* follower.lines();
      } finally {
        this.#followers.delete(follower);
        until.removeEventListener("abort", wake);
      }
    };
    return follow.call(this);
  }

  lastLines(resource: string, count: number, after = 0): readonly LogLine[] {
    this.flush();
    const ring = this.#logs.get(resource)?.ring.snapshot() ?? Buffer.alloc(0);
    return linesIn(ring)
      .filter(({ seq }) => seq > after)
      .slice(-count)
      .map((line) => toLogLine(resource, line));
  }

  flush(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
    this.#scheduled = null;
    if (this.#dirty.size === 0) return;
    const followed = this.#followers.size > 0;
    const blocks = [...this.#dirty]
      .map((log) => log.flush(this.#now, followed))
      .filter((block) => block !== null);
    this.#dirty.clear();
    for (const follower of this.#followers) follower.push(blocks);
  }

  close(): void {
    this.flush();
    this.#closing.abort();
    for (const { file } of this.#logs.values()) file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #add(
    log: ResourceLog,
    stream: LogLine["stream"],
    text: { readonly bytes: Uint8Array; readonly start: number; readonly end: number; readonly cut: boolean },
  ): void {
    log.add(stream, ++this.#seq, this.#time, text);
    this.#dirty.add(log);
    // The check phase follows the polling for input: one write per turn, whatever number of chunks came in.
    this.#scheduled ??= setImmediate(() => this.flush());
  }

  /** The time of the lines that come now; made into text once a millisecond. */
  #tick(): void {
    const now = Date.now();
    if (now === this.#now) return;
    this.#now = now;
    this.#time = timeBytes(now);
  }

  #log(resource: string): ResourceLog {
    const known = this.#logs.get(resource);
    if (known !== undefined) return known;
    const path = logPath(this.#dir, resource);
    const file = new LogFile(path, {
      maxBytes: this.#maxFileBytes,
      onFailure: (error) => this.#warn(error),
      lostLine: (lost) => this.#lostLine(lost),
    });
    const log = new ResourceLog(resource, file);
    this.#logs.set(resource, log);
    return log;
  }

  /** What followers saw, but the disk could not take: the part that is still in memory. */
  #unwritten(): ReadonlyMap<string, Buffer> {
    const tails = new Map<string, Buffer>();
    for (const { resource, file, ring } of this.#logs.values()) {
      const { failedAfter } = file;
      if (failedAfter === null) continue;
      const kept = ring.snapshot();
      const first = linesIn(kept).find((line) => line.seq > failedAfter);
      if (first !== undefined) tails.set(resource, kept.subarray(first.start));
    }
    return tails;
  }

  #lostLine(lost: number): Buffer {
    this.#tick();
    const text = `… ${grouped(lost)} ${lost === 1 ? "line" : "lines"} not kept: the log could not be written`;
    const line = Buffer.alloc(256);
    const start = writeHeader(line, 0, this.#time, ++this.#seq, "stderr", false);
    return line.subarray(0, start + line.write(`${text}\n`, start));
  }

  #warn(error: unknown): void {
    if (this.#warned) return;
    this.#warned = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.#onProblem(
      `Logs cannot be written to ${this.#dir}: ${reason}. The services go on; their newest lines are in memory only.`,
    );
  }
}

function linesIn(bytes: Buffer): readonly RawLine[] {
  const lines: RawLine[] = [];
  for (let start = 0, end = 0; ; start = end + 1) {
    end = bytes.indexOf(NEWLINE, start);
    if (end < 0) return lines;
    const line = parseLine(bytes, start, end);
    if (line !== null) lines.push(line);
  }
}

/** The highest number that was given out so far. */
function lastSeqOf(dir: string): number {
  let last = 0;
  for (const resource of resourcesIn(dir)) {
    const path = logPath(dir, resource);
    sweepRotated(path);
    for (const file of [path, `${path}.1`]) {
      try {
        last = Math.max(last, lastSeqIn(file));
      } catch {
        // one of the two may be missing; one that cannot be read says nothing
      }
    }
  }
  return last;
}
