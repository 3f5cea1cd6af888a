import { CelError } from "./cel-error.ts";
import { callFunction, noOverload } from "./functions.ts";
import { evaluateMacro } from "./macros.ts";
import type { Arithmetic, Comparison, Expression } from "./parse.ts";
import { equal, isMap, isNumber } from "./values.ts";

/** Names and what they stand for. */
export type Variables = Readonly<Record<string, unknown>>;

/** Types have names too: `type(x) == map`. */
const TYPES = new Set(["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "uint"]);

/** Evaluates an expression. */
export function evaluate(expression: Expression, variables: Variables): unknown {
  const value = (one: Expression): unknown => evaluate(one, variables);
  switch (expression.at) {
    case "value":
      return expression.value;
    case "name":
      if (Object.hasOwn(variables, expression.name)) return variables[expression.name];
      if (TYPES.has(expression.name)) return expression.name;
      throw new CelError(`no such attribute: ${expression.name}`);
    case "list":
      return expression.items.map(value);
    case "map":
      return Object.fromEntries(expression.entries.map(([key, of]) => [String(value(key)), value(of)]));
    case "field":
      return member(value(expression.of), expression.name);
    case "index":
      return indexed(value(expression.of), value(expression.key));
    case "call":
      if (expression.name === "has") return has(expression.args[0], variables);
      return callFunction(expression.name, expression.args.map(value));
    case "macro":
      return evaluateMacro(expression, value(expression.of), (body, item) =>
        evaluate(body, { ...variables, [expression.name]: item }),
      );
    case "not":
      return !bool(value(expression.of));
    case "negative":
      return negative(value(expression.of));
    case "choose":
      return value(bool(value(expression.if)) ? expression.yes : expression.no);
    case "and":
      return logic(expression.left, expression.right, variables, false);
    case "or":
      return logic(expression.left, expression.right, variables, true);
    case "compare":
      return compare(expression.by, value(expression.left), value(expression.right));
    case "arithmetic":
      return arithmetic(expression.by, value(expression.left), value(expression.right));
    default:
      return expression satisfies never;
  }
}

/** `&&` and `||` give their deciding value also where the other side fails (CEL: they commute over errors). */
function logic(left: Expression, right: Expression, variables: Variables, deciding: boolean): boolean {
  let failed: unknown;
  try {
    if (bool(evaluate(left, variables)) === deciding) return deciding;
  } catch (error) {
    failed = error;
  }
  const last = bool(evaluate(right, variables));
  if (last !== deciding && failed !== undefined) throw failed;
  return last;
}

function compare(by: Comparison, left: unknown, right: unknown): boolean {
  switch (by) {
    case "==":
      return equal(left, right);
    case "!=":
      return !equal(left, right);
    case "in":
      if (Array.isArray(right)) return right.some((item) => equal(item, left));
      if (isMap(right)) return typeof left === "string" && Object.hasOwn(right, left);
      throw new CelError("the right side of in is neither a list nor a map");
    case "<":
    case "<=":
    case ">":
    case ">=":
      return order(by, left, right);
    default:
      return by satisfies never;
  }
}

function order(by: "<" | "<=" | ">" | ">=", left: unknown, right: unknown): boolean {
  const comparable =
    (isNumber(left) && isNumber(right)) ||
    (typeof left === "string" && typeof right === "string") ||
    (typeof left === "boolean" && typeof right === "boolean");
  if (!comparable) throw noOverload(by, left, right);
  if (by === "<") return left < right;
  if (by === "<=") return left <= right;
  return by === ">" ? left > right : left >= right;
}

/** Both sides must be of one type: CEL does not turn an integer into a double by itself. */
function arithmetic(by: Arithmetic, left: unknown, right: unknown): unknown {
  if (typeof left === "bigint" && typeof right === "bigint") return integers(by, left, right);
  if (typeof left === "number" && typeof right === "number" && by !== "%") return doubles(by, left, right);
  if (by === "+" && typeof left === "string" && typeof right === "string") return left + right;
  if (by === "+" && Array.isArray(left) && Array.isArray(right))
    return [...(left as unknown[]), ...(right as unknown[])];
  throw noOverload(by, left, right);
}

function integers(by: Arithmetic, left: bigint, right: bigint): bigint {
  if (by === "+") return left + right;
  if (by === "-") return left - right;
  if (by === "*") return left * right;
  if (right === 0n) throw new CelError(by === "/" ? "division by zero" : "modulus by zero");
  return by === "/" ? left / right : left % right;
}

function doubles(by: Exclude<Arithmetic, "%">, left: number, right: number): number {
  if (by === "+") return left + right;
  if (by === "-") return left - right;
  return by === "*" ? left * right : left / right;
}

function has(field: Expression | undefined, variables: Variables): boolean {
  if (field?.at !== "field") throw new CelError("has() takes a field");
  const of = evaluate(field.of, variables);
  return isMap(of) && Object.hasOwn(of, field.name);
}

function member(of: unknown, name: string): unknown {
  if (isMap(of) && Object.hasOwn(of, name)) return of[name];
  throw new CelError(`no such key: ${name}`);
}

function indexed(of: unknown, key: unknown): unknown {
  if (!Array.isArray(of)) return member(of, String(key));
  if (isNumber(key) && Number.isInteger(Number(key)) && key >= 0 && key < of.length)
    return of[Number(key)] as unknown;
  throw new CelError(`index out of bounds: ${String(key)}`);
}

function bool(value: unknown): boolean {
  if (typeof value !== "boolean") throw new CelError("expected true or false");
  return value;
}

function negative(value: unknown): unknown {
  if (typeof value === "bigint") return -value;
  if (typeof value === "number") return -value;
  throw noOverload("-", value);
}
