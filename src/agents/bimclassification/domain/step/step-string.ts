/**
 * The control directives of ISO 10303-21 §6.4.3, which bring any character into a file that is written in ASCII:
 * `\X2\00E9\X0\` is é, `\S\i` is é in the page of the moment, `\X\E9` too; `\\` is a backslash and `''` an apostrophe.
 */
type Decoded =
  | { readonly ok: true; readonly text: string }
  /** `at` counts from the beginning of the text that was given. */
  | { readonly ok: false; readonly at: number; readonly problem: string };

const DIRECTIVE = /\\(?:\\|X2\\([^\\]*)\\X0\\|X4\\([^\\]*)\\X0\\|X\\(.{0,2})|S\\(''|.?)|P([A-I])\\)/suy;

/** Decodes what stands between the apostrophes of a string. */
export function decodeStepString(raw: string): Decoded {
  // The usual case: nothing to do.
  if (!/[\\'\r\n]/.test(raw)) return { ok: true, text: raw };
  let text = "";
  let page = 1;
  let at = 0;
  while (at < raw.length) {
    const char = raw.charAt(at);
    if (char === "'") {
      text += "'"; // it stands twice
      at += 2;
    } else if (char === "\r" || char === "\n") {
      at += 1; // a string may go on in the next line; the break is no part of it
    } else if (char !== "\\") {
      text += char;
      at += 1;
    } else {
      DIRECTIVE.lastIndex = at;
      const found = DIRECTIVE.exec(raw);
      if (found === null) return { ok: false, at, problem: "a backslash begins no directive that is known" };
      const [whole, x2, x4, x, s, p] = found;
      const piece = p === undefined ? decodeDirective({ x2, x4, x, s }, page) : "";
      if (piece === null) return { ok: false, at, problem: `${whole.slice(0, 24)} is no character` };
      if (p !== undefined) page = p.charCodeAt(0) - 64;
      text += piece;
      at += whole.length;
    }
  }
  return { ok: true, text };
}

/** Characters as a file writes them whose bytes are ASCII. */
export function encodeStepString(text: string): string {
  let out = "";
  for (const char of text) {
    const point = char.codePointAt(0) ?? 0;
    if (char === "'") out += "''";
    else if (char === "\\") out += "\\\\";
    else if (point >= 0x20 && point <= 0x7e) out += char;
    else if (point <= 0xffff) out += `\\X2\\${hex(point, 4)}\\X0\\`;
    else out += `\\X4\\${hex(point, 8)}\\X0\\`;
  }
  return out;
}

function hex(point: number, digits: number): string {
  return point.toString(16).toUpperCase().padStart(digits, "0");
}

interface Directive {
  readonly x2: string | undefined;
  readonly x4: string | undefined;
  readonly x: string | undefined;
  readonly s: string | undefined;
}

function decodeDirective({ x2, x4, x, s }: Directive, page: number): string | null {
  // A line may end between the digits, as anywhere in a string.
  if (x2 !== undefined) return fromHex(x2.replaceAll(/[\r\n]/g, ""), 4);
  if (x4 !== undefined) return fromHex(x4.replaceAll(/[\r\n]/g, ""), 8);
  if (x !== undefined) return fromHex(x, 2);
  if (s !== undefined) {
    // An apostrophe stands twice here too: "§" is \S\'' in a file.
    const code = s.charCodeAt(0);
    if (s === "" || code > 0x7f) return null;
    return new TextDecoder(`iso-8859-${page}`).decode(Uint8Array.of(code + 0x80));
  }
  return "\\";
}

function fromHex(digits: string, width: 2 | 4 | 8): string | null {
  if (digits === "" || digits.length % width !== 0 || !/^[0-9A-Fa-f]+$/.test(digits)) return null;
  let text = "";
  for (let at = 0; at < digits.length; at += width) {
    const point = Number.parseInt(digits.slice(at, at + width), 16);
    if (point > 0x10ffff) return null;
    // Exporters write what lies beyond 16 bits as two halves in \X2\; String.fromCharCode joins them again.
    text += width === 8 ? String.fromCodePoint(point) : String.fromCharCode(point);
  }
  return text.isWellFormed() ? text : null;
}
