import { CelError } from "./cel-error.ts";
import { tokenise, type Token } from "./tokens.ts";

export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in";

/** The syntax tree of an expression. */
export type Expression =
  | { readonly at: "value"; readonly value: string | number | boolean | null }
  | { readonly at: "name"; readonly name: string }
  | { readonly at: "list"; readonly items: readonly Expression[] }
  | { readonly at: "field"; readonly of: Expression; readonly name: string }
  | { readonly at: "index"; readonly of: Expression; readonly key: Expression }
  | { readonly at: "call"; readonly name: string; readonly args: readonly Expression[] }
  | { readonly at: "not" | "negative"; readonly of: Expression }
  | { readonly at: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | {
      readonly at: "compare";
      readonly by: Comparison;
      readonly left: Expression;
      readonly right: Expression;
    };

const COMPARISONS: ReadonlySet<string> = new Set([
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "in",
] satisfies Comparison[]);
const FUNCTIONS: ReadonlyMap<string, number> = new Map([
  ["has", 1],
  ["size", 1],
  ["startsWith", 2],
  ["endsWith", 2],
  ["contains", 2],
  ["matches", 2],
]);

/** Parses a whole expression; throws {@link CelError} on what is not one. */
export function parse(source: string): Expression {
  const parser = new Parser(source);
  return parser.whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(source: string) {
    this.#tokens = tokenise(source);
  }

  whole(): Expression {
    const expression = this.#or();
    if (this.#peek().at !== "end") throw this.#unexpected();
    return expression;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#takeOp("||")) left = { at: "or", left, right: this.#and() };
    return left;
  }

  #and(): Expression {
    let left = this.#comparison();
    while (this.#takeOp("&&")) left = { at: "and", left, right: this.#comparison() };
    return left;
  }

  #comparison(): Expression {
    let left = this.#unary();
    for (;;) {
      const token = this.#peek();
      const text = token.at === "op" || token.at === "name" ? token.text : "";
      if (!isComparison(text)) return left;
      this.#next += 1;
      left = { at: "compare", by: text, left, right: this.#unary() };
    }
  }

  #unary(): Expression {
    if (this.#takeOp("!")) return { at: "not", of: this.#unary() };
    if (this.#takeOp("-")) return { at: "negative", of: this.#unary() };
    return this.#member();
  }

  #member(): Expression {
    let of = this.#primary();
    for (;;) {
      if (this.#takeOp(".")) {
        const name = this.#name();
        of = this.#takeOp("(") ? this.#call(name, [of, ...this.#list(")")]) : { at: "field", of, name };
      } else if (this.#takeOp("[")) {
        of = { at: "index", of, key: this.#or() };
        this.#expectOp("]");
      } else return of;
    }
  }

  #primary(): Expression {
    const token = this.#peek();
    if (token.at === "end") throw this.#unexpected();
    this.#next += 1;
    if (token.at === "value") return { at: "value", value: token.value };
    if (token.at === "name" && token.text !== "in") {
      return this.#takeOp("(") ? this.#call(token.text, this.#list(")")) : { at: "name", name: token.text };
    }
    if (token.text === "(") {
      const inner = this.#or();
      this.#expectOp(")");
      return inner;
    }
    if (token.text === "[") return { at: "list", items: this.#list("]") };
    this.#next -= 1;
    throw this.#unexpected();
  }

  #call(name: string, args: readonly Expression[]): Expression {
    const expected = FUNCTIONS.get(name);
    if (expected === undefined) throw new CelError(`the function ${name} is not supported`);
    if (args.length !== expected)
      throw new CelError(`${name} has ${args.length} arguments, expected ${expected}`);
    const [first] = args;
    if (name === "has" && first?.at !== "field")
      throw new CelError("has() takes a field, as in has(event.data.x)");
    return { at: "call", name, args };
  }

  #list(end: ")" | "]"): Expression[] {
    const items: Expression[] = [];
    if (this.#takeOp(end)) return items;
    do items.push(this.#or());
    while (this.#takeOp(","));
    this.#expectOp(end);
    return items;
  }

  #name(): string {
    const token = this.#peek();
    if (token.at !== "name") throw this.#unexpected();
    this.#next += 1;
    return token.text;
  }

  #takeOp(text: string): boolean {
    const token = this.#peek();
    if (token.at !== "op" || token.text !== text) return false;
    this.#next += 1;
    return true;
  }

  #expectOp(text: string): void {
    if (!this.#takeOp(text)) throw this.#unexpected(text);
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { at: "end", start: 0 };
  }

  #unexpected(expected?: string): CelError {
    const token = this.#peek();
    const found =
      token.at === "end" ? "the end" : `"${token.at === "value" ? String(token.value) : token.text}"`;
    return new CelError(
      `found ${found} at ${token.start + 1}${expected === undefined ? "" : `, expected "${expected}"`}`,
    );
  }
}

function isComparison(text: string): text is Comparison {
  return COMPARISONS.has(text);
}
