/*
 * Reads where things are in a JSON text without giving up the text itself: what a user sent is passed on as the bytes
 * that came, so that numbers beyond 2^53, the order of members and their spelling survive. The text must have been
 * parsed with JSON.parse before (these functions trust it to be valid).
 */

/** A member of an object: its name, where its value begins and ends in the text. */
export interface RawMember {
  readonly name: string;
  /** Where the member begins (the quote of its name). */
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

/** A value's place in the text. */
export interface RawSpan {
  readonly start: number;
  readonly end: number;
}

/** The members of the object that begins at `at` (leading space allowed), in the order of the text. */
export function rawMembers(text: string, at = 0): RawMember[] {
  const members: RawMember[] = [];
  let i = skipSpace(text, at);
  if (text[i] !== "{") return members;
  i = skipSpace(text, i + 1);
  while (i < text.length && text[i] !== "}") {
    const nameEnd = skipString(text, i);
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = skipValue(text, start);
    members.push({ name: String(JSON.parse(text.slice(i, nameEnd))), from: i, start, end });
    i = skipSpace(text, end);
    if (text[i] === ",") i = skipSpace(text, i + 1);
  }
  return members;
}

/** The items of the array that begins at `at` (leading space allowed). */
export function rawItems(text: string, at = 0): RawSpan[] {
  const items: RawSpan[] = [];
  let i = skipSpace(text, at);
  if (text[i] !== "[") return items;
  i = skipSpace(text, i + 1);
  while (i < text.length && text[i] !== "]") {
    const end = skipValue(text, i);
    items.push({ start: i, end });
    i = skipSpace(text, end);
    if (text[i] === ",") i = skipSpace(text, i + 1);
  }
  return items;
}

/** The text of a member's value; the last one of that name wins, as it does in JSON.parse. Names match in any case where `anyCase`. */
export function rawValue(
  text: string,
  members: readonly RawMember[],
  name: string,
  anyCase = false,
): string | null {
  const wanted = anyCase ? name.toLowerCase() : name;
  const member = members.findLast((one) => (anyCase ? one.name.toLowerCase() : one.name) === wanted);
  return member === undefined ? null : text.slice(member.start, member.end);
}

function skipValue(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return skipString(text, at);
  if (first === "{" || first === "[") return skipNested(text, at);
  let i = at;
  while (i < text.length && !ENDS.has(text.charCodeAt(i))) i += 1;
  return i;
}

function skipNested(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = skipString(text, i) - 1;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return i + 1;
    }
  }
  return text.length;
}

function skipString(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i += 1;
    else if (code === QUOTE) return i + 1;
  }
  return text.length;
}

function skipSpace(text: string, at: number): number {
  let i = at;
  while (SPACES.has(text.charCodeAt(i))) i += 1;
  return i;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const ENDS: ReadonlySet<number> = new Set([...SPACES, 0x2c, CLOSE_BRACE, CLOSE_BRACKET]);
