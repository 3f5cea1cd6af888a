/**
 * Looking for SQL that is put together from values. Each step goes through the text once: an expression that looks for all
 * of it at a time would take for ever on a line that was made for that.
 */

const STARTS = /(select\s)|insert\s+into\s|update\s+[\w."[\]]+\s+set\s|delete\s+from\s|drop\s+table\s/gi;
const FROM = /;|\sfrom\s/gi;

/** Where the first SQL statement of a text has shown that it is one (`select … from`); -1 where there is none. */
export function sqlEnd(text: string): number {
  STARTS.lastIndex = 0;
  for (let found = STARTS.exec(text); found !== null; found = STARTS.exec(text)) {
    const end = found.index + found[0].length;
    if (found[1] === undefined) return end;
    // The blank before "from" may be the one behind "select".
    FROM.lastIndex = end - 1;
    const next = FROM.exec(text);
    if (next === null) {
      STARTS.lastIndex = end;
      if (!/insert|update|delete|drop/i.test(text.slice(end))) return -1;
    } else if (next[0] !== ";") return next.index + next[0].length;
    else STARTS.lastIndex = next.index;
  }
  return -1;
}

/** A text in quotes, and where it ends. */
interface Literal {
  readonly body: string;
  readonly prefix: string;
  readonly end: number;
}

const TEMPLATE = /(?<![\w$)\]]|[^=\s]>)`([^`]*)(?:`|$)/g;
const PLAIN = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'/g;
const PYTHON =
  /(?<![\w])([rRbBuUfF]{0,2})(?:"""((?:(?!""")[\s\S])*)(?:"""|$)|'''((?:(?!''')[\s\S])*)(?:'''|$)|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')/g;

/** Template literals without a tag: a tag such as sql`…` binds its values. */
export function templatesOf(text: string): readonly string[] {
  return [...text.matchAll(TEMPLATE)].map((found) => found[1] ?? "");
}

export function plainLiteralsOf(text: string): readonly Literal[] {
  return [...text.matchAll(PLAIN)].map((found) => ({
    body: found[1] ?? found[2] ?? "",
    prefix: "",
    end: found.index + found[0].length,
  }));
}

export function pythonLiteralsOf(text: string): readonly Literal[] {
  return [...text.matchAll(PYTHON)].map((found) => ({
    body: found.slice(2).find((body) => body !== undefined) ?? "",
    prefix: (found[1] ?? "").toLowerCase(),
    end: found.index + found[0].length,
  }));
}

/** A part of a sum that no user chooses: a text, or a name in capitals, by convention a constant. */
const FIXED = /\s*\+\s*(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[A-Z][A-Z0-9_]*\b(?!\s*[(.[]))/y;

/** Whether a value is added to the text that ends here, at once or behind parts that are fixed. */
export function isJoined(text: string, end: number): boolean {
  let at = end;
  for (FIXED.lastIndex = at; FIXED.exec(text) !== null; FIXED.lastIndex = at) at = FIXED.lastIndex;
  return /^\s*(?:\+\s*[^"'`\s+]|\.concat\(\s*[^"'`\s)])/.test(text.slice(at, at + 200));
}
