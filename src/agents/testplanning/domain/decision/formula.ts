/** A boolean formula. `index` counts the places at which conditions stand, from left to right. */
export type Formula =
  | { readonly at: "condition"; readonly name: string; readonly index: number }
  | { readonly at: "not"; readonly of: Formula }
  | { readonly at: "and" | "or"; readonly of: readonly Formula[] };

/** A formula that cannot be read: at which character, and what was expected there. */
export class FormulaUnreadable extends Error {
  override readonly name = "FormulaUnreadable";
  readonly position: number;

  constructor(position: number, message: string) {
    super(message);
    this.position = position;
  }
}

const TOKEN =
  /\s*(?:(and|&&|&)|(or|\|\||\|)|(not\b|!)|(\()|(\))|"([^"]{1,200})"|([\p{L}_][\p{L}\p{N}_.-]*))/iuy;
const MAX_DEPTH = 100;

interface Token {
  readonly kind: "and" | "or" | "not" | "(" | ")" | "name" | "end";
  readonly text: string;
  readonly position: number;
  /** `true` and `false`, but for names in quotes. */
  readonly isConstant: boolean;
}

/**
 * Reads `a and (b or not "the account is locked")`. `not` binds closest, then `and`, then `or`; `&&`, `||` and `!` are the
 * same; a name of several words stands in quotes.
 *
 * @throws FormulaUnreadable
 */
export function readFormula(text: string): Formula {
  return new FormulaReader(tokensOf(text)).read();
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let position = 0; text.slice(position).trim() !== ""; position = TOKEN.lastIndex) {
    TOKEN.lastIndex = position;
    const found = TOKEN.exec(text);
    if (found === null) {
      const start = position + (/^\s*/u.exec(text.slice(position))?.[0].length ?? 0);
      throw new FormulaUnreadable(
        start + 1,
        `"${text.slice(start, start + 10)}" at character ${start + 1} is no name, and, or, not or bracket.`,
      );
    }
    const [all, and, or, not, open, close, quoted, name] = found;
    // A keyword is one only as a whole word: "order" is a name.
    const word = /^\s*(?:and|or|not)(?=[\p{L}\p{N}_.-])/iu.test(text.slice(position));
    const longer = word ? /\s*([\p{L}_][\p{L}\p{N}_.-]*)/uy : null;
    if (longer !== null) longer.lastIndex = position;
    const whole = longer?.exec(text)?.[1];
    if (whole !== undefined && longer !== null) TOKEN.lastIndex = longer.lastIndex;
    const kind =
      whole !== undefined
        ? "name"
        : and
          ? "and"
          : or
            ? "or"
            : not
              ? "not"
              : open
                ? "("
                : close
                  ? ")"
                  : "name";
    const start = position + all.length - all.trimStart().length;
    const isConstant = /^(?:true|false)$/iu.test(name ?? "");
    tokens.push({ kind, text: whole ?? quoted ?? name ?? all.trim(), position: start + 1, isConstant });
  }
  return [...tokens, { kind: "end", text: "the end", position: text.length + 1, isConstant: false }];
}

class FormulaReader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  read(): Formula {
    const formula = this.#joined("or");
    if (this.#peek().kind !== "end") throw this.#unexpected("and, or or the end");
    return formula;
  }

  #joined(at: "or" | "and"): Formula {
    const below = () => (at === "or" ? this.#joined("and") : this.#negated());
    const first = below();
    const of: Formula[] = [first];
    while (this.#peek().kind === at) {
      this.#at += 1;
      of.push(below());
    }
    return of.length === 1 ? first : { at, of };
  }

  #negated(): Formula {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#unexpected(`at most ${MAX_DEPTH} levels`);
    const found = this.#single();
    this.#depth -= 1;
    return found;
  }

  #single(): Formula {
    const token = this.#peek();
    this.#at += 1;
    switch (token.kind) {
      case "not":
        return { at: "not", of: this.#negated() };
      case "(": {
        const inner = this.#joined("or");
        if (this.#peek().kind !== ")") throw this.#unexpected(")");
        this.#at += 1;
        return inner;
      }
      case "name": {
        if (token.isConstant)
          throw new FormulaUnreadable(
            token.position,
            `"${token.text}" at character ${token.position} is a constant, and no condition: leave it out, or put it in quotes if it is a name.`,
          );
        const index = this.#index;
        this.#index += 1;
        return { at: "condition", name: token.text, index };
      }
      case "and":
      case "or":
      case ")":
      case "end":
        this.#at -= 1;
        throw this.#unexpected("a condition");
      default:
        return token.kind satisfies never;
    }
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", text: "the end", position: 0, isConstant: false };
  }

  #unexpected(expected: string): FormulaUnreadable {
    const { text, position } = this.#peek();
    return new FormulaUnreadable(position, `At character ${position}: expected ${expected}, found ${text}.`);
  }
}

/** The names of the conditions, by place. */
export function placesOf(formula: Formula): string[] {
  if (formula.at === "condition") return [formula.name];
  return formula.at === "not" ? placesOf(formula.of) : formula.of.flatMap(placesOf);
}

/** The value of a formula; `holds` is asked for each place. */
export function evaluateFormula(formula: Formula, holds: (name: string, index: number) => boolean): boolean {
  switch (formula.at) {
    case "condition":
      return holds(formula.name, formula.index);
    case "not":
      return !evaluateFormula(formula.of, holds);
    case "and":
      return formula.of.every((part) => evaluateFormula(part, holds));
    case "or":
      return formula.of.some((part) => evaluateFormula(part, holds));
    default:
      return formula satisfies never;
  }
}
