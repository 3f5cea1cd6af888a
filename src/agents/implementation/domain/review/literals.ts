/** A text in quotes, and where it ends. */
export interface Literal {
  readonly body: string;
  /** In lower case: `rb`, `f`. Always empty in JavaScript. */
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

/** Texts that stand beside each other are one, which is formatted where one of them is. */
export function pythonLiteralsOf(text: string): readonly Literal[] {
  const joined: Literal[] = [];
  for (const found of text.matchAll(PYTHON)) {
    const prefix = (found[1] ?? "").toLowerCase();
    const written = found.slice(2).find((body) => body !== undefined) ?? "";
    // Braces of a text that is not formatted are only braces; two of one that is, too.
    const body = prefix.includes("f") ? written.replaceAll("{{", "") : written.replaceAll("{", "(");
    const end = found.index + found[0].length;
    const before = joined.at(-1);
    if (before !== undefined && /^(?:\s|\\\n)+$/.test(text.slice(before.end, found.index))) {
      joined[joined.length - 1] = { body: before.body + body, prefix: before.prefix + prefix, end };
    } else joined.push({ body, prefix, end });
  }
  return joined;
}

/** The text of an expression that is nothing but texts; null of any other. */
export function textAlone(expression: string): string | null {
  const rest = expression.replaceAll(PLAIN, "").replaceAll(/`[^`$]*`/g, "");
  if (rest.length === expression.length || !/^[\s+;()\\]*$/.test(rest)) return null;
  return [...expression.matchAll(/"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`([^`$]*)`/g)]
    .map((found) => found[1] ?? found[2] ?? found[3] ?? "")
    .join("");
}

/** Code whose texts are empty: what a text says of a function does not call it. */
export function withoutTexts(code: string): string {
  return code.replaceAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`$]*`/g, '""');
}

/** A part of a sum that no user chooses: a text, or a name in capitals, by convention a constant. */
const FIXED = /\s*\+\s*(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[A-Z][A-Z0-9_]*\b(?!\s*[(.[]))/y;

/** Whether a value is added to the text that ends here, at once or behind parts that are fixed. */
export function isJoined(text: string, end: number): boolean {
  let at = end;
  for (FIXED.lastIndex = at; FIXED.exec(text) !== null; FIXED.lastIndex = at) at = FIXED.lastIndex;
  return /^\s*(?:\\\s*)?(?:\+\s*[^"'`\s+]|\.concat\(\s*[^"'`\s)])/.test(text.slice(at, at + 200));
}
