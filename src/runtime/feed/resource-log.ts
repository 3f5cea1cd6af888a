import { ByteRing } from "./byte-ring.ts";
import type { LiveBlock } from "./follower.ts";
import { MAX_HEADER_BYTES, NEWLINE, writeHeader } from "./line-format.ts";
import type { LogLine } from "./log-line.ts";
import type { LogFile } from "./log-file.ts";

const FIRST_BYTES = 8 * 1024;
/** A block that grew beyond this in a flood is given back once the flood is over. */
const KEEP_BYTES = 128 * 1024;
/** Kept in memory per resource: some thousand lines. */
const RING_BYTES = 128 * 1024;

/** Everything the store has of one resource: the lines of this event-loop turn, the last ones in memory, the file. */
export class ResourceLog {
  readonly resource: string;
  readonly file: LogFile;
  readonly ring = new ByteRing(RING_BYTES);
  /** Lines of this turn, in the file's format. */
  #block: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = 0;
  #lines = 0;
  #lastSeq = 0;

  constructor(resource: string, file: LogFile) {
    this.resource = resource;
    this.file = file;
  }

  /** Bytes that are not written yet. */
  get pending(): number {
    return this.#length;
  }

  add(
    stream: LogLine["stream"],
    seq: number,
    time: Buffer,
    text: { readonly bytes: Uint8Array; readonly start: number; readonly end: number; readonly cut: boolean },
  ): void {
    const { bytes, start, end, cut } = text;
    this.#reserve(MAX_HEADER_BYTES + end - start + 1);
    const block = this.#block;
    let place = writeHeader(block, this.#length, time, seq, stream, cut);
    place += copy(bytes, start, end, block, place);
    block[place] = NEWLINE;
    this.#length = place + 1;
    this.#lines++;
    this.#lastSeq = seq;
  }

  /** Writes the lines of this turn; gives them to followers where there are any. */
  flush(now: number, followed: boolean): LiveBlock | null {
    if (this.#length === 0) return null;
    const bytes = this.#block.subarray(0, this.#length);
    const block = { bytes, lines: this.#lines, lastSeq: this.#lastSeq };
    this.ring.append(bytes);
    this.file.append(block, now);
    const live = followed ? { ...block, bytes: Buffer.from(bytes), resource: this.resource } : null;
    if (this.#block.length > KEEP_BYTES && this.#length < FIRST_BYTES) {
      this.#block = Buffer.allocUnsafeSlow(FIRST_BYTES);
    }
    this.#length = 0;
    this.#lines = 0;
    return live;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (this.#block.length >= needed) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#block.length * 2));
    larger.set(this.#block.subarray(0, this.#length));
    this.#block = larger;
  }
}

/** Below some length a loop is quicker than the call of the platform's copy. */
function copy(from: Uint8Array, start: number, end: number, into: Buffer, at: number): number {
  const length = end - start;
  if (length > 64) into.set(from.subarray(start, end), at);
  else for (let i = 0; i < length; i++) into[at + i] = from[start + i] ?? 0;
  return length;
}
