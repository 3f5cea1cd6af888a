/** White space to ECMAScript, as the inside of a class of Python's: there `\s` is another set. */
export const SPACE = String.raw`\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff`;
/** What a dot does not match in ECMAScript; in Python it is the line feed alone. */
const LINE_ENDS = String.raw`\n\r\u2028\u2029`;

const UNICODE = String.raw`\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u\{[0-9a-fA-F]+\}`;
/** One piece of a pattern: a class, an escape, the head of a group, or one character. */
const PIECE = new RegExp(String.raw`\[(?:\\[^]|[^\]\\])*\]|${UNICODE}|\\[^]|\(\?(?:<[=!]|[^])|[^]`, "gu");
const IN_CLASS = new RegExp(String.raw`${UNICODE}|\\[^]|[^]`, "gu");

/**
 * The same pattern for Python's `re.search` with `re.ASCII`; null where there is none: Python has no properties of characters
 * and no look-behind of any length, and a back-reference to what was not found means something else there.
 *
 * @param pattern one of ECMAScript, with the flag u
 */
export function pythonPattern(pattern: string): string | null {
  if (!compiles(pattern)) return null;
  const pieces = [...pattern.matchAll(PIECE)].map(({ 0: piece, index }) =>
    pythonPiece(piece, pattern.slice(index + piece.length)),
  );
  return pieces.includes(null) ? null : pieces.join("");
}

function pythonPiece(piece: string, rest: string): string | null {
  if (piece.startsWith("[")) return pythonClass(piece);
  if (piece.startsWith("\\")) {
    if (piece === String.raw`\s`) return `[${SPACE}]`;
    return piece === String.raw`\S` ? `[^${SPACE}]` : pythonEscape(piece);
  }
  if (piece.startsWith("(?<")) return /^[^()*+?{}|]*\)/.test(rest) ? piece : null;
  if (piece.startsWith("(?")) return /[=!:]$/.test(piece) ? piece : null;
  if (piece === ".") return `[^${LINE_ENDS}]`;
  // Python's $ also matches before a last line break.
  return piece === "$" ? String.raw`\Z` : piece;
}

function pythonClass(text: string): string | null {
  const [, sign = "", inside = ""] = /^\[(\^?)([^]*)\]$/.exec(text) ?? [];
  if (inside === "") return sign === "" ? "(?!)" : String.raw`[\s\S]`;
  const parts = [...inside.matchAll(IN_CLASS)].map(([part]) => part);
  // Beside \s it only says that everything is meant.
  if (parts.includes(String.raw`\S`) && !parts.includes(String.raw`\s`)) return null;
  const python = parts.map((part) => {
    if (part === String.raw`\s`) return SPACE;
    // Python warns of what might be an operation on sets one day.
    return /^[[&|~]$/.test(part) ? `\\${part}` : pythonEscape(part);
  });
  return python.includes(null) ? null : `[${sign}${python.join("")}]`;
}

/** One code point is one escape in Python, whichever way it is written here. */
function pythonEscape(escape: string): string | null {
  if (/^\\[pPkc1-9]/.test(escape)) return null;
  if (!escape.startsWith(String.raw`\u`) || escape.length === 2) return escape;
  const [high = "", low] = escape.match(/[0-9a-fA-F]+/g) ?? [];
  const [first, second] = [high, low ?? ""].map((hex) => Number.parseInt(hex, 16));
  const code = low === undefined ? first : ((first ?? 0) - 0xd800) * 0x400 + (second ?? 0) - 0xdc00 + 0x10000;
  return String.raw`\U` + (code ?? 0).toString(16).padStart(8, "0");
}

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern, "u").source !== "";
  } catch {
    // The constructor is the only public parser of this syntax, and it answers by throwing.
    return false;
  }
}
