import { CelError } from "./cel-error.ts";
import { tokenise, type Literal, type Token } from "./tokens.ts";

export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in";
export type Arithmetic = "+" | "-" | "*" | "/" | "%";
/** The macros of CEL that go through a list or the keys of a map. */
export type Macro = "all" | "exists" | "exists_one" | "map" | "filter";

/** The syntax tree of an expression. */
export type Expression =
  | { readonly at: "value"; readonly value: Literal }
  | { readonly at: "name"; readonly name: string }
  | { readonly at: "list"; readonly items: readonly Expression[] }
  | { readonly at: "map"; readonly entries: readonly (readonly [key: Expression, value: Expression])[] }
  | { readonly at: "field"; readonly of: Expression; readonly name: string }
  | { readonly at: "index"; readonly of: Expression; readonly key: Expression }
  | { readonly at: "call"; readonly name: string; readonly args: readonly Expression[] }
  | {
      readonly at: "macro";
      readonly macro: Macro;
      readonly of: Expression;
      readonly name: string;
      /** Of `map` with three arguments: which items are taken. */
      readonly where: Expression | null;
      readonly body: Expression;
    }
  | { readonly at: "not" | "negative"; readonly of: Expression }
  | { readonly at: "choose"; readonly if: Expression; readonly yes: Expression; readonly no: Expression }
  | {
      readonly at: "arithmetic";
      readonly by: Arithmetic;
      readonly left: Expression;
      readonly right: Expression;
    }
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
const MACROS: ReadonlySet<string> = new Set([
  "all",
  "exists",
  "exists_one",
  "map",
  "filter",
] satisfies Macro[]);
/** Functions with how many arguments each takes, what it is called on included. */
const FUNCTIONS: ReadonlyMap<string, number> = new Map([
  ["has", 1],
  ["size", 1],
  ["startsWith", 2],
  ["endsWith", 2],
  ["contains", 2],
  ["matches", 2],
  ["int", 1],
  ["uint", 1],
  ["double", 1],
  ["string", 1],
  ["bool", 1],
  ["type", 1],
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
    const expression = this.#expression();
    if (this.#peek().at !== "end") throw this.#unexpected();
    return expression;
  }

  #expression(): Expression {
    const condition = this.#or();
    if (!this.#takeOp("?")) return condition;
    const yes = this.#or();
    this.#expectOp(":");
    return { at: "choose", if: condition, yes, no: this.#expression() };
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
    let left = this.#sum();
    for (;;) {
      const token = this.#peek();
      const text = token.at === "op" || token.at === "name" ? token.text : "";
      if (!isComparison(text)) return left;
      this.#next += 1;
      left = { at: "compare", by: text, left, right: this.#sum() };
    }
  }

  #sum(): Expression {
    let left = this.#product();
    for (;;) {
      if (this.#takeOp("+")) left = { at: "arithmetic", by: "+", left, right: this.#product() };
      else if (this.#takeOp("-")) left = { at: "arithmetic", by: "-", left, right: this.#product() };
      else return left;
    }
  }

  #product(): Expression {
    let left = this.#unary();
    for (;;) {
      const token = this.#peek();
      if (token.at !== "op" || (token.text !== "*" && token.text !== "/" && token.text !== "%")) return left;
      this.#next += 1;
      left = { at: "arithmetic", by: token.text, left, right: this.#unary() };
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
        if (!this.#takeOp("(")) of = { at: "field", of, name };
        else if (isMacro(name)) of = this.#macro(name, of, this.#list(")"));
        else of = this.#call(name, [of, ...this.#list(")")]);
      } else if (this.#takeOp("[")) {
        of = { at: "index", of, key: this.#expression() };
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
      const inner = this.#expression();
      this.#expectOp(")");
      return inner;
    }
    if (token.text === "[") return { at: "list", items: this.#list("]") };
    if (token.text === "{") return { at: "map", entries: this.#entries() };
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

  #macro(macro: Macro, of: Expression, args: readonly Expression[]): Expression {
    const [name, second, third] = args;
    if (name?.at !== "name" || second === undefined || args.length > (macro === "map" ? 3 : 2))
      throw new CelError(`${macro} takes a name and a condition, as in event.data.list.${macro}(x, x > 1)`);
    return {
      at: "macro",
      macro,
      of,
      name: name.name,
      where: third === undefined ? null : second,
      body: third ?? second,
    };
  }

  #list(end: ")" | "]"): Expression[] {
    const items: Expression[] = [];
    if (this.#takeOp(end)) return items;
    do {
      // A comma may stand before the end.
      if (this.#takeOp(end)) return items;
      items.push(this.#expression());
    } while (this.#takeOp(","));
    this.#expectOp(end);
    return items;
  }

  #entries(): (readonly [Expression, Expression])[] {
    const entries: (readonly [Expression, Expression])[] = [];
    if (this.#takeOp("}")) return entries;
    do {
      if (this.#takeOp("}")) return entries;
      const key = this.#expression();
      this.#expectOp(":");
      entries.push([key, this.#expression()]);
    } while (this.#takeOp(","));
    this.#expectOp("}");
    return entries;
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

function isMacro(name: string): name is Macro {
  return MACROS.has(name);
}
