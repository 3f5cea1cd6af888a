/** Arguments in brackets, with calls in them up to a depth that people write. */
const ARGUMENTS = String.raw`\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)`;

/** What makes a value harmless: calls of these functions, as an expression, and other expressions. */
export class Harmless {
  readonly #putIn: RegExp;
  readonly #alone: RegExp;

  constructor(functions: string, ...others: readonly string[]) {
    const calls = String.raw`(?<![\w$])(?:[\w$]+\.){0,5}(?:${functions})${ARGUMENTS}`;
    const any = [calls, ...others].map((each) => `(?:${each})`).join("|");
    this.#putIn = new RegExp(String.raw`\$?\{\s*(?:${any})\s*\}`, "g");
    this.#alone = new RegExp(any, "g");
  }

  /** A text of code with a constant for each of them; where one is put into a text, with nothing. */
  without(code: string): string {
    return code.replaceAll(this.#putIn, "").replaceAll(this.#alone, '""');
  }
}

const LOOKED_UP = String.raw`(?<![\w$.])[A-Z][A-Z0-9_]+(?:\[(?:[^[\]]|\[[^[\]]*\])*\]|\.get${ARGUMENTS})`;
const NUMBERS = "Number|parseInt|parseFloat|BigInt|int|float|UUID";

/** In a path: what takes the folders out of a name or refuses them, numbers, and what a constant table holds. */
export const inPath = new Harmless(
  `basename|secure_filename|safe_join|${NUMBERS}`,
  String.raw`\bPath${ARGUMENTS}\.name\b`,
  LOOKED_UP,
);

/** In a command line. */
export const inCommand = new Harmless(`quote|shellescape|${NUMBERS}`);

/** In a page: what escapes a value or cleans it. */
export const inPage = new Harmless(
  String.raw`DOMPurify\.sanitize|[sS]anitize\w*|escape\w*|encodeURIComponent|bleach\.clean|format_html|he\.encode|${NUMBERS}`,
);

const MARKS = String.raw`(?<![\w.])[\w.]+\.map\((?:[\w\s,]*|\s*\([\w\s,]*\)\s*)=>\s*(?:["'\x60][?$:@%][^"'\x60{}]*["'\x60]|\x60[$:@]{1,2}\$\{[^{}]*\}\x60)\s*\)\s*\.join\([^()]*\)`;
const REPEATED = String.raw`["'],?\s*["']\.join\(\s*(?:\[\s*)?["'](?:\?|%s)["']\s*\]?\s*\*(?:[^()]|\([^()]*\))*\)`;

/** In an SQL statement: what quotes a value for it, numbers, and a list of marks for parameters. */
export const inSql = new Harmless(
  `escape(?:Id|Literal|Identifier)?|quote_ident|${NUMBERS}`,
  MARKS,
  REPEATED,
  String.raw`(?<=\{\s*)placeholders?(?=\s*\})`,
);
