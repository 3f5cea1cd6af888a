import { CelError } from "./cel-error.ts";

/** A literal: integers are `bigint`, as CEL tells them from doubles. */
export type Literal = string | number | bigint | boolean | null;

/** A token of a CEL expression with where it begins. */
export type Token =
  | { readonly at: "name"; readonly text: string; readonly start: number }
  | { readonly at: "value"; readonly value: Literal; readonly start: number }
  | { readonly at: "op"; readonly text: string; readonly start: number }
  | { readonly at: "end"; readonly start: number };

const PATTERN =
  /\s*(?:(?<raw>[rR](?:"[^"\n]*"|'[^'\n]*'))|(?<name>[A-Za-z_]\w*)|(?<hex>0[xX][0-9a-fA-F]+)[uU]?|(?<double>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)|(?<int>\d+)[uU]?|(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?<op>&&|\|\||==|!=|<=|>=|[<>!.,()[\]{}:?+*/%-]))/uy;

const LITERALS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/** Splits an expression into tokens; anything else in it is an error that says where. */
export function tokenise(source: string): Token[] {
  const tokens: Token[] = [];
  const end = source.trimEnd().length;
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < end) {
    const start = PATTERN.lastIndex;
    const groups = PATTERN.exec(source)?.groups;
    if (groups === undefined) throw new CelError(`cannot read "${source.slice(start).trim().slice(0, 20)}"`);
    tokens.push(tokenOf(groups, start));
  }
  tokens.push({ at: "end", start: end });
  return tokens;
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>, start: number): Token {
  const { raw, name, hex, double, int, string, op } = groups;
  if (raw !== undefined) return { at: "value", value: raw.slice(2, -1), start };
  if (name !== undefined) {
    const literal = LITERALS.get(name);
    return literal === undefined ? { at: "name", text: name, start } : { at: "value", value: literal, start };
  }
  if (double !== undefined) return { at: "value", value: Number(double), start };
  const integer = hex ?? int;
  if (integer !== undefined) return { at: "value", value: BigInt(integer), start };
  if (string !== undefined) return { at: "value", value: unquote(string), start };
  return { at: "op", text: op ?? "", start };
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

function unquote(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replaceAll(/\\(?:u([\da-fA-F]{4})|(.))/gu, (_, code: string | undefined, escaped: string) =>
      code === undefined ? (ESCAPES.get(escaped) ?? escaped) : String.fromCharCode(Number.parseInt(code, 16)),
    );
}
