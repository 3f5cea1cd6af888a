/** Where a text stops being what it should be. Both count from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** JSON that was read, or where and why it cannot be. */
export type JsonText =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string; readonly position: TextPosition };

/** Parses JSON (RFC 8259); never throws. */
export function parseJsonText(text: string): JsonText {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const offset = /at position (\d+)/.exec(message)?.[1];
    const position = positionAt(text, offset === undefined ? firstFault(text) : Number(offset));
    return { ok: false, reason: plain(message), position };
  }
}

function positionAt(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

/** V8 names the position in most of its messages, but not for a token that cannot start a value. */
function firstFault(text: string): number {
  const token = /\s+|[{}[\],:]|"(?:[^"\\]|\\.)*"|true(?!\w)|false(?!\w)|null(?!\w)|-?\d[\d.eE+-]*/y;
  let offset = 0;
  while (offset < text.length) {
    token.lastIndex = offset;
    const found = token.exec(text);
    if (found === null) return offset;
    offset += found[0].length;
  }
  return text.length;
}

/** V8's words without the position, which is told apart, and without the quotation of the whole text. */
function plain(message: string): string {
  return message
    .replace(/ in JSON at position \d+.*$/s, "")
    .replace(/, (\.\.\.)?".*$/s, "")
    .replace("Unexpected end of JSON input", "it ends too early");
}
