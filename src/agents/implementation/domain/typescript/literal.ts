import type { CaseInput, Json } from "../spec.ts";
import { escapeUnseen } from "../text.ts";

/** A JSON value as a TypeScript expression. */
export function tsLiteral(value: Json): string {
  if (typeof value === "string") return tsString(value);
  if (Array.isArray(value)) return `[${value.map(tsLiteral).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, each]) => `${tsKey(key)}: ${tsLiteral(each)}`);
    return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
  }
  return Object.is(value, -0) ? "-0" : JSON.stringify(value);
}

/** The input of a case as a TypeScript expression; a long value stays short. */
export function tsInput(input: CaseInput): string {
  if (input.kind === "value") return tsLiteral(input.value);
  const { unit, times } = input;
  return typeof unit === "string"
    ? `${tsString(unit)}.repeat(${times})`
    : `Array.from({ length: ${times} }, () => ${tsLiteral(unit)}).flat()`;
}

/** A text as a TypeScript string literal in double quotes. */
export function tsString(text: string): string {
  return escapeUnseen(JSON.stringify(text), escapeOf);
}

/** A regular expression as a literal. */
export function tsPattern(pattern: string): string {
  return `/${escapeUnseen(new RegExp(pattern, "u").source, escapeOf)}/u`;
}

function escapeOf(character: string): string {
  return character
    .split("")
    .map((unit) => String.raw`\u` + unit.charCodeAt(0).toString(16).padStart(4, "0"))
    .join("");
}

/** A member name of an object literal. Written plainly, `__proto__` would set the prototype of the object instead of a member. */
export function tsKey(key: string): string {
  if (key === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(key) ? key : tsString(key);
}
