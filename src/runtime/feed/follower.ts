import type { RawLine } from "./line-format.ts";
import { gapLine, grouped, NEWLINE, parseLine } from "./line-format.ts";
import type { LogLine } from "./log-line.ts";
import type { LineFilter } from "./log-query.ts";

/** Lines of one resource that were written in one go; shared between followers, never changed. */
export interface LiveBlock {
  readonly resource: string;
  readonly bytes: Buffer;
  readonly lines: number;
  readonly lastSeq: number;
}

/** A place in the queue where lines of a resource would be. */
interface Gap {
  readonly resource: string;
  readonly bytes: null;
  readonly lines: number;
  readonly lastSeq: number;
}

type Waiting = readonly (LiveBlock | Gap)[];

/** Bytes that may wait for one follower. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** How long a follower may work on lines before everybody else gets a turn. */
const SLICE_MS = 2;

/**
 * One reader of live lines. What it has not read yet waits here, within bounds: when too much does, the resource that says
 * most loses its waiting lines, and one line with their number stands in their place. A quiet resource's lines stay.
 */
export class Follower {
  readonly #filter: LineFilter;
  readonly #signal: AbortSignal;
  #queue: Waiting[] = [];
  #bytes = 0;
  #wake: (() => void) | null = null;

  constructor(filter: LineFilter, signal: AbortSignal) {
    this.#filter = filter;
    this.#signal = signal;
  }

  wants(resource: string): boolean {
    return this.#filter.wants(resource);
  }

  /** Takes what was written in one go, of all resources. Never waits. */
  push(blocks: readonly LiveBlock[]): void {
    const wanted = blocks.filter((block) => this.#filter.wants(block.resource));
    if (wanted.length === 0) return;
    this.#queue.push(wanted);
    for (const block of wanted) this.#bytes += block.bytes.length;
    while (this.#bytes > MAX_WAITING_BYTES) this.#dropHeaviest();
    this.wake();
  }

  /** To be called when the signal aborts. */
  wake(): void {
    this.#wake?.();
    this.#wake = null;
  }

  /** Every line from now on that the query wants, until the signal aborts. */
  async *lines(): AsyncGenerator<LogLine, void, undefined> {
    while (!this.#signal.aborted) {
      const blocks = this.#queue.shift();
      if (blocks === undefined) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      for (const block of blocks) this.#bytes -= block.bytes?.length ?? 0;
      let sliceEnds = performance.now() + SLICE_MS;
      for (const line of merged(blocks, this.#filter)) {
        if (line !== null) yield line;
        if (this.#signal.aborted) return;
        if (performance.now() < sliceEnds) continue;
        await new Promise((resolve) => setImmediate(resolve));
        sliceEnds = performance.now() + SLICE_MS;
      }
    }
  }

  #dropHeaviest(): void {
    const weights = new Map<string, number>();
    for (const { resource, bytes } of this.#queue.flat()) {
      weights.set(resource, (weights.get(resource) ?? 0) + (bytes?.length ?? 0));
    }
    const [heaviest = ""] = [...weights].toSorted(([, a], [, b]) => b - a)[0] ?? [];
    let lines = 0;
    let lastSeq = 0;
    let place = 0;
    const kept = this.#queue.map((blocks, index) => {
      const rest = blocks.filter((block) => block.resource !== heaviest);
      if (rest.length === blocks.length) return blocks;
      for (const block of blocks) {
        if (block.resource !== heaviest) continue;
        lines += block.lines;
        lastSeq = Math.max(lastSeq, block.lastSeq);
        place = index;
        this.#bytes -= block.bytes?.length ?? 0;
      }
      return rest;
    });
    kept[place] = [...(kept[place] ?? []), { resource: heaviest, bytes: null, lines, lastSeq }];
    this.#queue = kept.filter((blocks) => blocks.length > 0);
  }
}

/** The lines of blocks that were written together, in the order of their numbers; null for one that is not wanted. */
function* merged(blocks: Waiting, filter: LineFilter): Generator<LogLine | null, void, undefined> {
  const sources = blocks.map((block) => new BlockLines(block));
  for (;;) {
    let first: BlockLines | null = null;
    let until = Infinity;
    for (const source of sources) {
      if (source.seq < (first?.seq ?? Infinity)) {
        until = first?.seq ?? Infinity;
        first = source;
      } else until = Math.min(until, source.seq);
    }
    if (first === null) return;
    for (; first.seq <= until && first.seq !== Infinity; first.next()) yield first.shown(filter);
  }
}

const EMPTY = Buffer.alloc(0);

/** Goes over the lines of one block. */
class BlockLines {
  readonly #block: LiveBlock | Gap;
  #at = 0;
  #line: RawLine | null = null;
  /** Number of the line it stands on; Infinity at the end. */
  seq = 0;

  constructor(block: LiveBlock | Gap) {
    this.#block = block;
    if (block.bytes === null) this.seq = block.lastSeq;
    else this.next();
  }

  next(): void {
    const bytes = this.#block.bytes ?? EMPTY; // a gap is one line without bytes
    do {
      const end = bytes.indexOf(NEWLINE, this.#at);
      this.#line = end < 0 ? null : parseLine(bytes, this.#at, end);
      this.#at = end < 0 ? bytes.length : end + 1;
    } while (this.#line === null && this.#at < bytes.length);
    this.seq = this.#line?.seq ?? Infinity;
  }

  shown(filter: LineFilter): LogLine | null {
    const { resource, lines, lastSeq } = this.#block;
    if (this.#line !== null) return filter.match(resource, this.#line);
    const text = `… ${grouped(lines)} ${lines === 1 ? "line" : "lines"} skipped: reader too slow`;
    return gapLine(resource, lastSeq, new Date().toISOString(), text);
  }
}
