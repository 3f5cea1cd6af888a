import type { RawLine } from "./line-format.ts";
import { MAX_HEADER_BYTES, NEWLINE, parseLine } from "./line-format.ts";
import { MAX_LINE_BYTES } from "./line-splitter.ts";
import type { Segment } from "./segment.ts";

/** Bytes read at once. More than the longest line with its header, so that every line fits into a block. */
const BLOCK = 2 * (MAX_LINE_BYTES + MAX_HEADER_BYTES);

/** A place in the segments of one resource. */
export interface Position {
  readonly segment: number;
  readonly offset: number;
}

/**
 * Goes over the lines of one resource, oldest first. `line` is the line it stands on; `next` moves on within what is in
 * memory, `load` reads on. Whatever is no line of ours is skipped.
 */
export class ForwardCursor {
  readonly resource: string;
  readonly #segments: readonly Segment[];
  #segment: number;
  /** Where in the segment the block begins. */
  #offset: number;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;
  #line: RawLine | null = null;

  constructor(resource: string, segments: readonly Segment[], start: Position = { segment: 0, offset: 0 }) {
    this.resource = resource;
    this.#segments = segments;
    this.#segment = start.segment;
    this.#offset = start.offset;
  }

  get line(): RawLine | null {
    return this.#line;
  }

  /** Moves to the next line in memory. False: `load` first. */
  next(): boolean {
    for (;;) {
      const end = this.#block.indexOf(NEWLINE, this.#at);
      if (end < 0) return false;
      this.#line = parseLine(this.#block, this.#at, end);
      this.#at = end + 1;
      if (this.#line !== null) return true;
    }
  }

  /** Reads on. False: that was the last line. */
  async load(): Promise<boolean> {
    for (;;) {
      const segment = this.#segments[this.#segment];
      if (segment === undefined) {
        this.#line = null;
        return false;
      }
      this.#offset += this.#at;
      // A new block each time: lines that were given out still point into the old one.
      const block = Buffer.allocUnsafeSlow(Math.max(0, Math.min(BLOCK, segment.size - this.#offset)));
      const length = await segment.read(block, this.#offset);
      this.#block = block.subarray(0, length);
      this.#at = 0;
      if (this.next()) return true;
      if (this.#at > 0 && length > 0) continue; // whole lines, none of them ours
      const isLast = this.#offset + length >= segment.size;
      if (!isLast && length > 0) {
        this.#at = length; // a "line" longer than any of ours: damage; go over it
        continue;
      }
      this.#segment++;
      this.#offset = 0;
      this.#block = EMPTY;
      this.#at = 0;
    }
  }
}

/** The same, newest first: finds the last lines of a large file without reading the rest of it. */
export class BackwardCursor {
  readonly resource: string;
  readonly #segments: readonly Segment[];
  #segment: number;
  #block: Buffer = EMPTY;
  /** Where in the segment the block begins. */
  #offset: number;
  /** Behind the newline of the line that comes next. */
  #end = 0;
  #line: RawLine | null = null;

  constructor(resource: string, segments: readonly Segment[]) {
    this.resource = resource;
    this.#segments = segments;
    this.#segment = segments.length - 1;
    this.#offset = segments.at(-1)?.size ?? 0;
  }

  get line(): RawLine | null {
    return this.#line;
  }

  /** Where the line it stands on begins. */
  get position(): Position {
    return { segment: this.#segment, offset: this.#offset + (this.#line?.start ?? this.#end) };
  }

  next(): boolean {
    while (this.#end > 0) {
      const newline = this.#end - 1;
      const before = newline === 0 ? -1 : this.#block.lastIndexOf(NEWLINE, newline - 1);
      if (before < 0 && this.#offset > 0) return false; // its beginning is in the block before
      this.#line = this.#block[newline] === NEWLINE ? parseLine(this.#block, before + 1, newline) : null;
      this.#end = before + 1;
      if (this.#line !== null) return true;
    }
    return false;
  }

  async load(): Promise<boolean> {
    for (;;) {
      const segment = this.#segments[this.#segment];
      if (segment === undefined) {
        this.#line = null;
        return false;
      }
      const end = this.#offset + this.#end;
      const start = Math.max(0, end - BLOCK);
      const block = Buffer.allocUnsafeSlow(end - start);
      await segment.read(block, start);
      this.#block = block;
      this.#offset = start;
      this.#end = block.length;
      if (this.next()) return true;
      if (start > 0) {
        // Nothing but damage in a whole block: go over it.
        if (this.#end === block.length) this.#end = 0;
        continue;
      }
      this.#segment--;
      this.#offset = this.#segments[this.#segment]?.size ?? 0;
      this.#block = EMPTY;
      this.#end = 0;
    }
  }
}

const EMPTY = Buffer.alloc(0);
