import type { Position } from "./cursor.ts";
import { MAX_HEADER_BYTES, NEWLINE, parseLine, timeOf } from "./line-format.ts";
import { MAX_LINE_BYTES } from "./line-splitter.ts";
import type { Segment } from "./segment.ts";

/** Enough to hold a whole line wherever it is read. */
const PROBE = 2 * (MAX_LINE_BYTES + MAX_HEADER_BYTES);

/**
 * Where to begin to read lines that are not older than `since`: at or a little before the first of them. Halves its way
 * through the file instead of reading it (lines stand in the order of their times).
 */
export async function seekTime(segments: readonly Segment[], since: string): Promise<Position> {
  for (let index = segments.length - 1; index >= 0; index--) {
    const segment = segments[index];
    if (segment === undefined) continue;
    const first = await firstLineFrom(segment, 0);
    if (first === null || first.time >= since) continue;
    return { segment: index, offset: await seekIn(segment, since) };
  }
  return { segment: 0, offset: 0 };
}

async function seekIn(segment: Segment, since: string): Promise<number> {
  let older = 0; // the beginning of a line that is older than `since`
  let end = segment.size;
  while (end - older > PROBE) {
    const middle = Math.floor((older + end) / 2);
    const line = await firstLineFrom(segment, middle);
    if (line !== null && line.time < since) older = line.offset;
    else end = middle;
  }
  return older;
}

/** The first line that begins behind `offset` (at it, at the beginning of the segment). */
async function firstLineFrom(
  segment: Segment,
  offset: number,
): Promise<{ readonly offset: number; readonly time: string } | null> {
  const block = Buffer.allocUnsafeSlow(Math.min(PROBE, segment.size - offset));
  const bytes = block.subarray(0, await segment.read(block, offset));
  let start = offset === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
  for (;;) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0) return null;
    const line = parseLine(bytes, start, end);
    if (line !== null) return { offset: offset + start, time: timeOf(line) };
    start = end + 1;
  }
}
