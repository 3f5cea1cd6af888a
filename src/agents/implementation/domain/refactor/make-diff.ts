const CONTEXT = 3;
const NO_NEWLINE = "\\ No newline at end of file";

/** One run of lines that differ; places count from 0. */
type Change = {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
};

/**
 * A unified diff between two versions of one file that `git apply` accepts. The versions are compared line by line from
 * the places that are known to have changed, so that the diff shows those and nothing else.
 */
export function makeDiff(path: string, before: string, after: string, touched: readonly Change[]): string {
  const [oldLines, newLines] = [splitLines(before), splitLines(after)];
  const hunks = groups(touched).map((group) => hunkText(group, oldLines, newLines));
  const [from, to] = [`a/${path}`, `b/${path}`].map(quotePath);
  return [`diff --git ${from} ${to}`, `--- ${from}`, `+++ ${to}`, ...hunks, ""].join("\n");
}

/** Changes whose surroundings touch stand in one hunk. */
function groups(changes: readonly Change[]): readonly (readonly Change[])[] {
  const all: Change[][] = [];
  for (const change of changes) {
    const last = all.at(-1)?.at(-1);
    if (last !== undefined && change.oldStart - last.oldEnd <= 2 * CONTEXT) all.at(-1)?.push(change);
    else all.push([change]);
  }
  return all;
}

function hunkText(
  group: readonly Change[],
  oldLines: readonly string[],
  newLines: readonly string[],
): string {
  const [first, last] = [group[0], group.at(-1)];
  if (first === undefined || last === undefined) return "";
  const start = Math.max(0, first.oldStart - CONTEXT);
  const end = Math.min(oldLines.length, last.oldEnd + CONTEXT);
  const rows: string[] = [];
  let at = start;
  for (const change of group) {
    rows.push(...oldLines.slice(at, change.oldStart).map((line) => ` ${line}`));
    rows.push(...oldLines.slice(change.oldStart, change.oldEnd).map((line) => `-${line}`));
    rows.push(...newLines.slice(change.newStart, change.newEnd).map((line) => `+${line}`));
    at = change.oldEnd;
  }
  rows.push(...oldLines.slice(at, end).map((line) => ` ${line}`));
  const newStart = start + first.newStart - first.oldStart;
  const newCount =
    end -
    start +
    group.reduce(
      (sum, { oldStart, oldEnd, ...to }) => sum + (to.newEnd - to.newStart) - (oldEnd - oldStart),
      0,
    );
  const head = `@@ -${range(start, end - start)} +${range(newStart, newCount)} @@`;
  return [head, ...rows.map(endOfFile)].join("\n");
}

/** An empty range names the line before it. */
function range(start: number, count: number): string {
  return `${count === 0 ? start : start + 1},${count}`;
}

/** The lines without their breaks; the last one is marked where the file does not end with a break. */
function splitLines(text: string): readonly string[] {
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  return last === "" ? lines : [...lines, `${last}\u0000`];
}

function endOfFile(row: string): string {
  return row.endsWith("\u0000") ? `${row.slice(0, -1)}\n${NO_NEWLINE}` : row;
}

/** Git puts a path with unusual characters in quotes. */
function quotePath(path: string): string {
  if (/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/.test(path)) return path;
  const bytes = [...new TextEncoder().encode(path)].map((byte) => {
    const char = String.fromCharCode(byte);
    if (char === '"' || char === "\\") return `\\${char}`;
    return byte >= 0x20 && byte < 0x7f ? char : `\\${byte.toString(8).padStart(3, "0")}`;
  });
  return `"${bytes.join("")}"`;
}
