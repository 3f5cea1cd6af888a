import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { rm } from "node:fs/promises";
import { parseLine, NEWLINE } from "./line-format.ts";

/** What `append` is given: whole lines in the file's format. */
export interface Block {
  readonly bytes: Buffer;
  readonly lines: number;
  /** Sequence number of the last of them. */
  readonly lastSeq: number;
}

/** Whether lines reach the disk. */
type State =
  | { readonly at: "closed" }
  | { readonly at: "open"; readonly fd: number }
  /** The disk is full, the folder gone …: lines are counted as lost, and writing is tried again from time to time. */
  | { readonly at: "failing"; lost: number; triedAt: number };

const RETRY_MS = 1000;

/**
 * The log of one resource on disk: `<file>`, and `<file>.1` with what was before it. Both are at most `maxBytes`.
 * Never throws: a disk that is full must not stop the services whose output it was meant for.
 */
export class LogFile {
  readonly path: string;
  readonly #maxBytes: number;
  readonly #onFailure: (error: unknown) => void;
  /** Makes the line that stands for lost ones. */
  readonly #lostLine: (lost: number) => Buffer;
  #state: State = { at: "closed" };
  #size = 0;
  /** The file ends in the middle of a line. */
  #torn = false;
  #checkedAt = 0;
  /** Everything of this resource up to here is on disk. */
  #writtenSeq = 0;

  constructor(
    path: string,
    options: {
      readonly maxBytes: number;
      readonly onFailure: (error: unknown) => void;
      readonly lostLine: (lost: number) => Buffer;
    },
  ) {
    this.path = path;
    this.#maxBytes = options.maxBytes;
    this.#onFailure = options.onFailure;
    this.#lostLine = options.lostLine;
  }

  /** While writing fails: the last sequence number that is on disk; null while all is well. */
  get failedAfter(): number | null {
    return this.#state.at === "failing" ? this.#writtenSeq : null;
  }

  append(block: Block, now: number): void {
    if (this.#state.at === "failing") {
      if (now - this.#state.triedAt < RETRY_MS) {
        this.#state.lost += block.lines;
        return;
      }
      this.#retry(block, now, this.#state.lost);
      return;
    }
    try {
      this.#write(block, now);
    } catch (error) {
      this.#fail(error, block, now, 0);
    }
  }

  close(): void {
    if (this.#state.at === "open") closeSync(this.#state.fd);
    this.#state = { at: "closed" };
  }

  #retry(block: Block, now: number, lost: number): void {
    this.#state = { at: "closed" };
    try {
      if (lost > 0) this.#write({ bytes: this.#lostLine(lost), lines: 0, lastSeq: this.#writtenSeq }, now);
    } catch (error) {
      this.#fail(error, block, now, lost);
      return;
    }
    this.append(block, now);
  }

  #write(block: Block, now: number): void {
    let fd = this.#open(now);
    if (this.#size > 0 && this.#size + block.bytes.length > this.#maxBytes) {
      this.#rotate(fd);
      fd = this.#open(now);
    }
    if (this.#torn) {
      writeSync(fd, "\n");
      this.#torn = false;
      this.#size += 1;
    }
    for (let done = 0; done < block.bytes.length;) {
      const written = writeSync(fd, block.bytes, done);
      done += written;
      this.#size += written;
      this.#torn = block.bytes[done - 1] !== NEWLINE;
    }
    this.#writtenSeq = block.lastSeq;
  }

  #open(now: number): number {
    if (this.#state.at === "open") {
      if (now - this.#checkedAt < RETRY_MS) return this.#state.fd;
      this.#checkedAt = now;
      // Somebody removed the file: what is written to it from now on could never be read.
      if (fstatSync(this.#state.fd).nlink > 0) return this.#state.fd;
      this.close();
    }
    const fd = openSync(this.path, "a+", 0o600);
    this.#state = { at: "open", fd };
    this.#checkedAt = now;
    this.#size = fstatSync(fd).size;
    this.#torn = this.#size > 0 && lastByte(fd, this.#size) !== NEWLINE;
    return fd;
  }

  #rotate(fd: number): void {
    const older = `${this.path}.1`;
    const oldest = `${this.path}.gone`;
    closeSync(fd);
    this.#state = { at: "closed" };
    // Freeing 256 MB takes the file system some milliseconds: a rename does not, and the removal can wait in a thread.
    try {
      renameSync(older, oldest);
      rm(oldest, { force: true }).catch(() => {}); // the next start removes it
    } catch {
      // the first rotation: there is none
    }
    renameSync(this.path, older);
  }

  #fail(error: unknown, block: Block, now: number, lostBefore: number): void {
    const onDisk = this.#state.at === "open" ? this.#lastSeqOnDisk(this.#state.fd) : null;
    this.close();
    if (onDisk !== null && onDisk > this.#writtenSeq) this.#writtenSeq = onDisk;
    this.#state = { at: "failing", lost: lostBefore + block.lines, triedAt: now };
    this.#onFailure(error);
  }

  #lastSeqOnDisk(fd: number): number | null {
    try {
      return lastSeq(fd);
    } catch {
      return null;
    }
  }
}

/** The sequence number of the last whole line of a log file; 0 where there is none. */
export function lastSeqIn(path: string): number {
  const fd = openSync(path, "r");
  try {
    return lastSeq(fd);
  } finally {
    closeSync(fd);
  }
}

/** Removes what a rotation could not remove before the process ended. */
export const sweepRotated = (path: string): void => rmSync(`${path}.gone`, { force: true });

function lastSeq(fd: number): number {
  const { size } = fstatSync(fd);
  const block = Buffer.allocUnsafe(Math.min(size, TAIL_BYTES));
  const length = readSync(fd, block, 0, block.length, size - block.length);
  // The last line that is whole and ours; behind it may stand a torn one.
  let end = block.subarray(0, length).lastIndexOf(NEWLINE);
  while (end >= 0) {
    const start = end === 0 ? 0 : block.lastIndexOf(NEWLINE, end - 1) + 1;
    const line = parseLine(block, start, end);
    if (line !== null) return line.seq;
    end = start - 1;
  }
  return 0;
}

/** More than two of the longest lines. */
const TAIL_BYTES = 160 * 1024;

function lastByte(fd: number, size: number): number | undefined {
  const byte = Buffer.alloc(1);
  readSync(fd, byte, 0, 1, size - 1);
  return byte[0];
}
