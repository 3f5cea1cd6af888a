import type { Position } from "./cursor.ts";
import { BackwardCursor, ForwardCursor } from "./cursor.ts";
import { timeOf } from "./line-format.ts";
import type { LogLine } from "./log-line.ts";
import type { LineFilter } from "./log-query.ts";
import type { LogSnapshot } from "./log-snapshot.ts";
import { seekTime } from "./seek-time.ts";

/**
 * The lines of a snapshot that a query wants, of all its resources in the order of their sequence numbers. With `last`
 * it goes back from the end first, to find where the last n begin, and reads from there: neither the rest of the files
 * nor the n lines are ever in memory.
 */
export async function* readLines(
  snapshot: LogSnapshot,
  filter: LineFilter,
  last: number | undefined,
): AsyncGenerator<LogLine, void, undefined> {
  const starts =
    last === undefined ? await startsAt(snapshot, filter) : await startsOfLast(snapshot, filter, last);
  const cursors: ForwardCursor[] = [];
  for (const [resource, start] of starts) {
    const cursor = new ForwardCursor(resource, snapshot.segments.get(resource) ?? [], start);
    if (await cursor.load()) cursors.push(cursor);
  }
  while (cursors.length > 0) {
    const { index, until } = extreme(cursors, 1);
    const cursor = cursors[index];
    if (cursor === undefined) return;
    // One resource at a time until another one's turn comes: mostly runs, not single lines.
    for (;;) {
      const { line } = cursor;
      if (line === null) break;
      if (line.seq > until) break;
      const shown = filter.match(cursor.resource, line);
      if (shown !== null) yield shown;
      if (!cursor.next() && !(await cursor.load())) {
        cursors.splice(index, 1);
        break;
      }
    }
  }
}

async function startsAt(snapshot: LogSnapshot, filter: LineFilter): Promise<ReadonlyMap<string, Position>> {
  const starts = new Map<string, Position>();
  for (const [resource, segments] of snapshot.segments) {
    const start = filter.since === null ? { segment: 0, offset: 0 } : await seekTime(segments, filter.since);
    starts.set(resource, start);
  }
  return starts;
}

async function startsOfLast(
  snapshot: LogSnapshot,
  filter: LineFilter,
  last: number,
): Promise<ReadonlyMap<string, Position>> {
  const starts = new Map<string, Position>();
  const cursors: BackwardCursor[] = [];
  for (const [resource, segments] of last === 0 ? [] : snapshot.segments) {
    const cursor = new BackwardCursor(resource, segments);
    if (await cursor.load()) cursors.push(cursor);
  }
  for (let found = 0; found < last && cursors.length > 0;) {
    const { index } = extreme(cursors, -1);
    const cursor = cursors[index];
    if (cursor?.line == null) break;
    const { line, resource } = cursor;
    const tooOld = filter.since !== null && timeOf(line) < filter.since;
    if (!tooOld && filter.match(resource, line) !== null) {
      found++;
      starts.set(resource, cursor.position);
    }
    if (tooOld || (!cursor.next() && !(await cursor.load()))) cursors.splice(index, 1);
  }
  return starts;
}

/** The cursor that stands on the lowest (`sign` 1) or highest (-1) sequence number, and the number of the runner-up. */
function extreme(
  cursors: readonly { readonly line: { readonly seq: number } | null }[],
  sign: 1 | -1,
): { readonly index: number; readonly until: number } {
  let index = 0;
  let best = Infinity;
  let until = Infinity;
  for (const [place, cursor] of cursors.entries()) {
    const seq = (cursor.line?.seq ?? 0) * sign;
    if (seq < best) {
      until = best;
      best = seq;
      index = place;
    } else if (seq < until) until = seq;
  }
  return { index, until };
}
