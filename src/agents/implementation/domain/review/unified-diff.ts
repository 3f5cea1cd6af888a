/** One line of the new version of a file, as far as the diff shows it. */
export type DiffLine = { readonly number: number; readonly text: string; readonly added: boolean };

/** One changed file. `path` is the new one; a deleted or a binary file has no lines. */
export type DiffFile = {
  readonly path: string;
  readonly deleted: boolean;
  readonly binary: boolean;
  /** The path before, where it was another. */
  readonly renamedFrom: string | null;
  readonly lines: readonly DiffLine[];
};

/** A diff, or what is wrong with the text and in which of its lines. */
type ParsedDiff =
  | { readonly ok: true; readonly files: readonly DiffFile[] }
  | { readonly ok: false; readonly line: number; readonly problem: string };

type Building = {
  path: string | null;
  deleted: boolean;
  binary: boolean;
  renamedFrom: string | null;
  /** What git puts before its paths: `a/` and `b/`, or letters that say what is compared. */
  prefix: RegExp;
  /** Made by a `diff --git` line, and not yet by a `---` line. */
  fresh: boolean;
  lines: DiffLine[];
};
type Hunk = { next: number; oldLeft: number; newLeft: number };
/** Whether the row before belongs to a hunk or to the header before it; what is added or removed there is counted wrongly. */
type Before = "hunk" | "other";

/** More than that is no review any more, and longer than any path of a repository. */
const MAX_FILES = 2000;
const MAX_PATH = 1000;

const PREFIX = /^[ab]\//;
/** `diff.mnemonicPrefix` tells what is compared: two of commit, index, work tree and object, or the paths of `--no-index`. */
const MNEMONIC = /^diff --git "?(?:([ciow])\/.* "?(?!\1)[ciow]|1\/.* "?2)\//;
const MNEMONIC_PREFIX = /^[ciow12]\//;

const HUNK = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/**
 * Reads a unified diff, with or without git's own header lines. Line numbers are those of the new version, so that every
 * finding points at a line that is there. Hunks are read by their counts: a line that begins with `+++ ` inside a hunk is
 * an added line.
 */
export function parseUnifiedDiff(text: string): ParsedDiff {
  const files: Building[] = [];
  let hunk: Hunk | undefined;
  let before: Before = "other";
  const rows = text.replace(/^\ufeff/, "").split("\n");
  for (const [index, raw] of rows.entries()) {
    const row = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (hunk !== undefined && hunk.oldLeft + hunk.newLeft > 0) {
      const problem = readHunkLine(row, hunk, files.at(-1), index === rows.length - 1);
      if (problem !== undefined) return { ok: false, line: index + 1, problem };
      before = "hunk";
      continue;
    }
    const refused = problemOutside(row, before);
    if (refused !== null) return { ok: false, line: index + 1, problem: refused };
    const started = HUNK.exec(row);
    if (started === null) {
      readHeader(row, files);
      before = /^(?:\+\+\+ |\\)/.test(row) ? "hunk" : "other";
      continue;
    }
    const file = files.at(-1);
    if ((file?.path ?? "") === "") return noFile(index);
    hunk = { oldLeft: Number(started[1] ?? 1), next: Number(started[2]), newLeft: Number(started[3] ?? 1) };
    const problem = problemOfStart(hunk, started[2], file?.lines.at(-1)?.number ?? 0);
    if (problem !== null) return { ok: false, line: index + 1, problem };
  }
  if (hunk !== undefined && hunk.oldLeft + hunk.newLeft > 0) {
    return { ok: false, line: rows.length, problem: "the last hunk is shorter than its header says" };
  }
  const found = files.filter((file) => (file.path ?? "") !== "");
  if (found.length === 0)
    return { ok: false, line: 1, problem: "there is no file header (--- and +++ lines) in it" };
  if (found.length > MAX_FILES) {
    const problem = `there are ${found.length} files in it, expected at most ${MAX_FILES}: send it in parts`;
    return { ok: false, line: 1, problem };
  }
  if (found.some(({ path, renamedFrom }) => Math.max(path?.length ?? 0, renamedFrom?.length ?? 0) > MAX_PATH))
    return { ok: false, line: 1, problem: `a path in it has more than ${MAX_PATH} characters` };
  return {
    ok: true,
    files: found.map(({ fresh: _fresh, prefix: _prefix, path, ...file }) => ({ ...file, path: path ?? "" })),
  };
}

/** Why a row cannot stand where no hunk counts it; null where it can. */
function problemOutside(row: string, before: Before): string | null {
  if (row.startsWith("@@@ ")) return COMBINED;
  if (row.startsWith("***************")) return "this is a context diff; send a unified one (diff -u)";
  const isCounted = before === "hunk" && /^(?:\+|-(?!-- |- ?$))/.test(row);
  return isCounted ? "this line stands outside of a hunk: the header of the hunk counts fewer" : null;
}

/** Why a hunk cannot begin there; null where it can. `last` is the last line that was shown of the new file. */
function problemOfStart({ next, newLeft }: Hunk, text: string | undefined, last: number): string | null {
  if (newLeft === 0) return null;
  if (next < 1 || !Number.isSafeInteger(next + newLeft))
    return `a hunk begins at line ${text} and has ${newLeft} of them`;
  return next <= last ? "the lines of a hunk stand behind those of the hunk before it" : null;
}

const COMBINED = "this is the combined diff of a merge (@@@); send the diff to one of its parents";

function noFile(index: number): ParsedDiff {
  return { ok: false, line: index + 1, problem: "a hunk comes before any file header (--- and +++ lines)" };
}

function readHeader(row: string, files: Building[]): void {
  const begin = (fresh: boolean): Building => {
    const made = {
      path: null,
      deleted: false,
      binary: false,
      renamedFrom: null,
      prefix: PREFIX,
      fresh,
      lines: [],
    };
    files.push(made);
    return made;
  };
  const current = files.at(-1);
  if (row.startsWith("diff --git ")) {
    const file = begin(true);
    if (MNEMONIC.test(row)) file.prefix = MNEMONIC_PREFIX;
    file.path = sharedPath(row.slice(11), file.prefix);
  } else if (row.startsWith("--- ")) {
    const file = current?.fresh === true ? current : begin(false);
    file.fresh = false;
    file.path = readPath(row.slice(4), file.prefix) ?? file.path;
  } else if (current === undefined) return;
  else if (row.startsWith("+++ ")) {
    const path = readPath(row.slice(4), current.prefix);
    if (path === null) current.deleted = true;
    else current.path = path;
  } else if (!current.fresh) return;
  else if (row.startsWith("rename from ")) current.renamedFrom = bare(row.slice(12));
  else if (row.startsWith("rename to ") || row.startsWith("copy to "))
    current.path = bare(row.slice(row.indexOf(" to ") + 4));
  else if (row.startsWith("deleted file mode ")) current.deleted = true;
  else if (row === "GIT binary patch" || /^Binary files .* differ$/.test(row)) current.binary = true;
}

/** Of `a/x b/x` the path; where the two differ, other lines say what they are. */
function sharedPath(text: string, prefix: RegExp): string | null {
  if (text.startsWith('"')) return readPath(text, prefix);
  const half = (text.length - 1) / 2;
  const [from, to] = [text.slice(0, half), text.slice(half + 1)];
  return from.slice(2) === to.slice(2) && prefix.test(to) ? to.slice(2) : null;
}

/** A path without `a/` or `b/` before it. */
function bare(text: string): string {
  return text.startsWith('"') ? unquote(text) : text;
}

/** `b/src/a.ts`, `"b/with \"quotes\""`, or a path with a time stamp after a tab; null for /dev/null. */
function readPath(text: string, prefix: RegExp): string | null {
  const plain = text.startsWith('"') ? unquote(text) : (text.split("\t", 1)[0] ?? "").trimEnd();
  if (plain === "/dev/null") return null;
  return plain.replace(prefix, "");
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
