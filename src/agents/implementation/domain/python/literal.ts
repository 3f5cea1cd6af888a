import type { CaseInput, Json } from "../spec.ts";
import { escapeUnseen } from "../text.ts";

/** A JSON value as a Python expression. */
export function pyLiteral(value: Json): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return pyString(value);
  if (typeof value === "number") return Object.is(value, -0) ? "-0.0" : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(pyLiteral).join(", ")}]`;
  return `{${Object.entries(value)
    .map(([key, each]) => `${pyString(key)}: ${pyLiteral(each)}`)
    .join(", ")}}`;
}

/** The input of a case as a Python expression; a long value stays short. */
export function pyInput(input: CaseInput): string {
  if (input.kind === "value") return pyLiteral(input.value);
  const { unit, times } = input;
  return `${typeof unit === "string" ? pyString(unit) : pyLiteral(unit)} * ${times}`;
}

/** A regular expression as a Python literal: a raw one where it can be. */
export function pyPattern(pattern: string): string {
  const isPlain = !pattern.includes('"') && escapeUnseen(pattern, () => "") === pattern;
  return isPlain ? `r"${pattern}"` : pyString(pattern);
}

/** A text as a Python string literal in double quotes; what cannot be seen is an escape. */
export function pyString(text: string): string {
  return `"${escapeUnseen(text.replaceAll(/["\\]/g, String.raw`\$&`), escapeOf)}"`;
}

function escapeOf(character: string): string {
  // By code point: two \u escapes for one character would be two characters to Python.
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  return hex.length <= 4 ? String.raw`\u${hex.padStart(4, "0")}` : String.raw`\U${hex.padStart(8, "0")}`;
}
