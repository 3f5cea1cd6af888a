/** One line of the new version of a file, as far as the diff shows it. */
export type DiffLine = { readonly number: number; readonly text: string; readonly added: boolean };

/** One changed file. `path` is the new one; a deleted file has no lines. */
export type DiffFile = {
  readonly path: string;
  readonly deleted: boolean;
  readonly lines: readonly DiffLine[];
};

/** A diff, or what is wrong with the text and in which of its lines. */
type ParsedDiff =
  | { readonly ok: true; readonly files: readonly DiffFile[] }
  | { readonly ok: false; readonly line: number; readonly problem: string };

type Building = { path: string | null; deleted: boolean; lines: DiffLine[] };
type Hunk = { next: number; oldLeft: number; newLeft: number };

const HUNK = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/**
 * Reads a unified diff, with or without git's own header lines. Line numbers are those of the new version, so that every
 * finding points at a line that is there. Hunks are read by their counts: a line that begins with `+++ ` inside a hunk is
 * an added line.
 */
export function parseUnifiedDiff(text: string): ParsedDiff {
  const files: Building[] = [];
  let hunk: Hunk | undefined;
  const rows = text.split("\n");
  for (const [index, raw] of rows.entries()) {
    const row = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (hunk !== undefined && hunk.oldLeft + hunk.newLeft > 0) {
      const problem = readHunkLine(row, hunk, files.at(-1), index === rows.length - 1);
      if (problem !== undefined) return { ok: false, line: index + 1, problem };
      continue;
    }
    const started = HUNK.exec(row);
    if (started !== null) {
      if (files.at(-1)?.path === undefined) return noFile(index);
      hunk = { oldLeft: Number(started[1] ?? 1), next: Number(started[2]), newLeft: Number(started[3] ?? 1) };
    } else {
      readHeader(row, files);
    }
  }
  if (hunk !== undefined && hunk.oldLeft + hunk.newLeft > 0) {
    return { ok: false, line: rows.length, problem: "the last hunk is shorter than its header says" };
  }
  const found = files.filter((file) => file.path !== null);
  if (found.length === 0)
    return { ok: false, line: 1, problem: "there is no file header (--- and +++ lines) in it" };
  return { ok: true, files: found.map(({ path, deleted, lines }) => ({ path: path ?? "", deleted, lines })) };
}

function noFile(index: number): ParsedDiff {
  return { ok: false, line: index + 1, problem: "a hunk comes before any file header (--- and +++ lines)" };
}

function readHeader(row: string, files: Building[]): void {
  if (row.startsWith("--- ")) {
    files.push({ path: null, deleted: false, lines: [] });
    const old = readPath(row.slice(4));
    const current = files.at(-1);
    if (current !== undefined && old !== null) current.path = old;
  } else if (row.startsWith("+++ ")) {
    const current = files.at(-1);
    const path = readPath(row.slice(4));
    if (current === undefined) return;
    if (path === null) current.deleted = true;
    else current.path = path;
  }
}

/** `b/src/a.ts`, `"b/with \"quotes\""`, or a path with a time stamp after a tab; null for /dev/null. */
function readPath(text: string): string | null {
  const plain = text.startsWith('"') ? unquote(text) : (text.split("\t", 1)[0] ?? "").trimEnd();
  if (plain === "/dev/null") return null;
  return plain.replace(/^[ab]\//, "");
}

/** Git quotes unusual paths as C strings: octal escapes are bytes of UTF-8. */
function unquote(text: string): string {
  const inner = /^"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text;
  const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", '"': '"', "\\": "\\" };
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const [piece] of inner.matchAll(/\\[0-7]{3}|\\.|[^\\]+/gsu)) {
    if (/^\\[0-7]{3}$/.test(piece)) bytes.push(Number.parseInt(piece.slice(1), 8));
    else
      bytes.push(
        ...encoder.encode(piece.startsWith("\\") ? (escapes[piece.slice(1)] ?? piece.slice(1)) : piece),
      );
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

function readHunkLine(
  row: string,
  hunk: Hunk,
  file: Building | undefined,
  last: boolean,
): string | undefined {
  const [mark, text] = [row.slice(0, 1), row.slice(1)];
  switch (mark) {
    case "+":
      file?.lines.push({ number: hunk.next, text, added: true });
      hunk.next += 1;
      hunk.newLeft -= 1;
      return undefined;
    case "-":
      hunk.oldLeft -= 1;
      return undefined;
    case "\\":
      return undefined;
    case " ":
    case "":
      // Mail and editors cut the space off an empty context line; after the last line break there is no line at all.
      if (mark === "" && last) return "the diff ends inside a hunk";
      file?.lines.push({ number: hunk.next, text, added: false });
      hunk.next += 1;
      hunk.oldLeft -= 1;
      hunk.newLeft -= 1;
      return undefined;
    default:
      return `a line of a hunk begins with "${mark}", expected a space, + or -`;
  }
}
