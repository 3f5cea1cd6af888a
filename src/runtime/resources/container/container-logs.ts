import type { Readable } from "node:stream";
import { Readable as NodeReadable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { LogCursor, LogFrames } from "./log-frames.ts";

/** Where a container's output goes: the same two functions that a process is given. */
export interface OutputSink {
  /** Bytes as they come; the chunk belongs to the receiver. */
  readonly onOutput: (stream: "stdout" | "stderr", chunk: Buffer) => void;
  /** How output is read, where that is shared out among many; by default as fast as it comes. */
  readonly read?: (stream: Readable, onChunk: (chunk: Buffer) => void) => void;
}

/** What was written before a container was taken over is not told again; so many lines are looked at to know where it ends. */
const TAIL = 50;
/** Docker closes the log of an ended container at once; one open and silent for so long is read to its end in another way. */
const CLOSE_MS = 2_000;

function readAtOnce(stream: Readable, onChunk: (chunk: Buffer) => void): void {
  stream.on("data", onChunk);
}

type Reading =
  | { readonly at: "idle" }
  | { readonly at: "asking" }
  | { readonly at: "reading"; readonly stream: Readable }
  | { readonly at: "over" };

/** The output of one container, from where it was taken up to its end, every line once, also across a lost connection. */
export class ContainerLogs {
  readonly #container: Docker.Container;
  readonly #sink: OutputSink;
  readonly #cursor = new LogCursor();
  #reading: Reading = { at: "idle" };
  /** The stream that was last read is closed. */
  #closed: Promise<void> = Promise.resolve();
  /** When something was last read. */
  #heard = 0;

  constructor(container: Docker.Container, sink: OutputSink) {
    this.#container = container;
    this.#sink = sink;
  }

  /** Leaves out what has been written so far. */
  async skip(): Promise<void> {
    const past = await this.#container.logs({ ...ALL, tail: TAIL });
    new LogFrames().push(past, (frame) => this.#cursor.take(frame));
  }

  /** Reads on from where it was. Nothing happens while it is being read already, or once it is over. */
  async follow(): Promise<void> {
    if (this.#reading.at !== "idle") return;
    this.#reading = { at: "asking" };
    try {
      const source = toReadable(await this.#container.logs({ ...ALL, ...this.#since(), follow: true }));
      // It may have ended, and been read to its end in another way, meanwhile.
      if (this.#isOver()) source.destroy();
      else this.#attach(source);
    } catch (error) {
      if (!this.#isOver()) this.#reading = { at: "idle" };
      throw error;
    }
  }

  /** The container has ended: resolves when all it has written was handed on. Never rejects. */
  async finish(): Promise<void> {
    await this.#untilClosed();
    this.detach();
    try {
      const rest = await this.#container.logs({ ...ALL, ...this.#since() });
      this.#cursor.begin();
      this.#push(new LogFrames(), rest);
    } catch {
      // It, or Docker, is gone: there is nothing more to be read.
    }
  }

  /** Reads no further. */
  detach(): void {
    const before = this.#reading;
    this.#reading = { at: "over" };
    if (before.at === "reading") before.stream.destroy();
  }

  async #untilClosed(): Promise<void> {
    const closed = new AbortController();
    void this.#closed.then(() => closed.abort());
    do {
      await sleep(CLOSE_MS, undefined, { signal: closed.signal }).catch(() => undefined);
      // A flood may take its time to be read.
    } while (!closed.signal.aborted && performance.now() - this.#heard < CLOSE_MS);
  }

  #isOver(): boolean {
    return this.#reading.at === "over";
  }

  #attach(stream: Readable): void {
    const frames = new LogFrames();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#cursor.begin();
    this.#reading = { at: "reading", stream };
    this.#closed = promise;
    stream.on("error", () => undefined);
    stream.once("close", () => {
      if (!this.#isOver()) this.#reading = { at: "idle" };
      resolve();
    });
    const read = this.#sink.read ?? readAtOnce;
    read(stream, (chunk) => this.#push(frames, chunk));
  }

  #push(frames: LogFrames, chunk: Buffer): void {
    this.#heard = performance.now();
    frames.push(chunk, (frame) => {
      if (this.#cursor.take(frame)) this.#sink.onOutput(frame.stream, frame.bytes);
    });
  }

  #since(): { readonly since?: string } {
    const { since } = this.#cursor;
    return since === null ? {} : { since };
  }
}

const ALL = { stdout: true, stderr: true, timestamps: true } as const;

function toReadable(source: NodeJS.ReadableStream): Readable {
  return source instanceof NodeReadable ? source : new NodeReadable().wrap(source);
}
