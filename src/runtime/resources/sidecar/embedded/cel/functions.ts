import { CelError } from "./cel-error.ts";
import { isMap, typeName } from "./values.ts";

/** Calls one of CEL's functions on values; `has` and the macros are no functions. */
export function callFunction(name: string, args: readonly unknown[]): unknown {
  const [first, second] = args;
  switch (name) {
    case "size":
      return sizeOf(first);
    case "int":
    case "uint":
      return toInt(first);
    case "double":
      return toDouble(first);
    case "string":
      return toText(first);
    case "bool":
      return toBool(first);
    case "type":
      return typeName(first);
    default:
      return textFunction(name, first, second);
  }
}

function textFunction(name: string, subject: unknown, argument: unknown): boolean {
  if (typeof subject !== "string" || typeof argument !== "string") throw noOverload(name, subject, argument);
  if (name === "startsWith") return subject.startsWith(argument);
  if (name === "endsWith") return subject.endsWith(argument);
  if (name === "contains") return subject.includes(argument);
  return new RegExp(argument, "u").test(subject);
}

function sizeOf(value: unknown): bigint {
  if (typeof value === "string") return BigInt(Array.from(value).length);
  if (Array.isArray(value)) return BigInt(value.length);
  if (isMap(value)) return BigInt(Object.keys(value).length);
  throw noOverload("size", value);
}

function toInt(value: unknown): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isFinite(value)) return BigInt(Math.trunc(value));
  if (typeof value === "string" && /^[+-]?\d+$/u.test(value)) return BigInt(value);
  throw new CelError("int() takes a number, or a text that is one");
}

function toDouble(value: unknown): number {
  if (typeof value === "bigint" || typeof value === "number") return Number(value);
  if (typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value))) return Number(value);
  throw new CelError("double() takes a number, or a text that is one");
}

function toText(value: unknown): string {
  if (
    typeof value === "string" ||
    typeof value === "boolean" ||
    typeof value === "number" ||
    typeof value === "bigint"
  )
    return String(value);
  throw noOverload("string", value);
}

function toBool(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  if (value === "true" || value === "false") return value === "true";
  throw new CelError("bool() takes true or false");
}

export function noOverload(name: string, ...args: readonly unknown[]): CelError {
  return new CelError(`no such overload: ${name}(${args.map(typeName).join(", ")})`);
}
