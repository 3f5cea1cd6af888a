import { CelError } from "./cel-error.ts";
import type { Comparison, Expression } from "./parse.ts";

/** Evaluates an expression for one event. */
export function evaluate(expression: Expression, event: unknown): unknown {
  switch (expression.at) {
    case "value":
      return expression.value;
    case "name":
      if (expression.name !== "event")
        throw new CelError(`${expression.name} is not defined (only event is)`);
      return event;
    case "list":
      return expression.items.map((item) => evaluate(item, event));
    case "field":
      return member(evaluate(expression.of, event), expression.name);
    case "index":
      return indexed(evaluate(expression.of, event), evaluate(expression.key, event));
    case "call":
      return call(expression.name, expression.args, event);
    case "not":
      return !bool(evaluate(expression.of, event));
    case "negative":
      return -number(evaluate(expression.of, event));
    case "and":
      return logic(expression.left, expression.right, event, false);
    case "or":
      return logic(expression.left, expression.right, event, true);
    case "compare":
      return compare(expression.by, evaluate(expression.left, event), evaluate(expression.right, event));
    default:
      return expression satisfies never;
  }
}

/** `&&` and `||` give their deciding value also where the other side fails (CEL: they commute over errors). */
function logic(left: Expression, right: Expression, event: unknown, deciding: boolean): boolean {
  let failed: unknown;
  try {
    if (bool(evaluate(left, event)) === deciding) return deciding;
  } catch (error) {
    failed = error;
  }
  const last = bool(evaluate(right, event));
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
      if (isObject(right)) return typeof left === "string" && Object.hasOwn(right, left);
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
    (typeof left === "number" && typeof right === "number") ||
    (typeof left === "string" && typeof right === "string");
  if (!comparable) throw new CelError(`${by} compares two numbers or two strings`);
  if (by === "<") return left < right;
  if (by === "<=") return left <= right;
  return by === ">" ? left > right : left >= right;
}

function equal(left: unknown, right: unknown): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => equal(item, right[index]));
  }
  if (isObject(left) && isObject(right)) {
    const names = Object.keys(left);
    return (
      names.length === Object.keys(right).length &&
      names.every((name) => Object.hasOwn(right, name) && equal(left[name], right[name]))
    );
  }
  return left === right;
}

function call(name: string, args: readonly Expression[], event: unknown): unknown {
  const [first, second] = args;
  if (first === undefined) throw new CelError(`${name} has no argument`);
  if (name === "has") return has(first, event);
  const subject = evaluate(first, event);
  if (name === "size") return sizeOf(subject);
  const text = string(subject, name);
  const argument = string(second === undefined ? undefined : evaluate(second, event), name);
  if (name === "startsWith") return text.startsWith(argument);
  if (name === "endsWith") return text.endsWith(argument);
  if (name === "contains") return text.includes(argument);
  return new RegExp(argument, "u").test(text);
}

function has(field: Expression, event: unknown): boolean {
  if (field.at !== "field") throw new CelError("has() takes a field");
  const of = evaluate(field.of, event);
  return isObject(of) && Object.hasOwn(of, field.name);
}

function sizeOf(value: unknown): number {
  if (typeof value === "string") return Array.from(value).length;
  if (Array.isArray(value)) return value.length;
  if (isObject(value)) return Object.keys(value).length;
  throw new CelError("size() takes a string, a list or a map");
}

function member(of: unknown, name: string): unknown {
  if (isObject(of) && Object.hasOwn(of, name)) return of[name];
  throw new CelError(`no such key: ${name}`);
}

function indexed(of: unknown, key: unknown): unknown {
  if (Array.isArray(of) && typeof key === "number" && key >= 0 && key < of.length) return of[key] as unknown;
  return member(of, String(key));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function bool(value: unknown): boolean {
  if (typeof value !== "boolean") throw new CelError("expected true or false");
  return value;
}

function number(value: unknown): number {
  if (typeof value !== "number") throw new CelError("expected a number");
  return value;
}

function string(value: unknown, name: string): string {
  if (typeof value !== "string") throw new CelError(`${name} takes strings`);
  return value;
}
