import { trusted } from "../process/trusted.ts";

/** What a test in a prompt file expects of an output: that it fits the schema, or something of the value at a JSON Pointer. */
export interface PromptAssertion {
  /** The output fits the prompt's schema. That is checked in any case; alone it says that nothing else is expected. */
  readonly schema?: true;
  /** JSON Pointer to a value that must be there; left out, the whole output. */
  readonly path?: string;
  /** The value itself, compared deeply. */
  readonly equals?: unknown;
  /** The values of which it must be one. */
  readonly in?: readonly unknown[];
  /** A part of a text, or an item of a list. */
  readonly contains?: unknown;
  /** A regular expression (flag `u`) that the text must match. */
  readonly matches?: string;
}

/** What an output does not do, in words; null when it does. */
export function failsAssertion(assertion: PromptAssertion, output: unknown): string | null {
  const { path = "" } = assertion;
  const value = valueAt(output, path);
  const place = path === "" ? "the output" : path;
  const found = value === undefined ? "it is not there" : `it is ${shown(value)}`;
  if ("equals" in assertion && !same(value, assertion.equals))
    return `expected ${place} to be ${shown(assertion.equals)}, ${found}`;
  if (assertion.in !== undefined && !assertion.in.some((one) => same(value, one)))
    return `expected ${place} to be one of ${assertion.in.map(shown).join(", ")}, ${found}`;
  if ("contains" in assertion && !contains(value, assertion.contains))
    return `expected ${place} to contain ${shown(assertion.contains)}, ${found}`;
  if (
    assertion.matches !== undefined &&
    !(typeof value === "string" && new RegExp(assertion.matches, "u").test(value))
  )
    return `expected ${place} to match /${assertion.matches}/, ${found}`;
  return value === undefined ? `expected ${place} to be there` : null;
}

function contains(value: unknown, part: unknown): boolean {
  if (typeof value === "string") return typeof part === "string" && value.includes(part);
  return Array.isArray(value) && value.some((item) => same(item, part));
}

function valueAt(value: unknown, pointer: string): unknown {
  let at = value;
  for (const part of pointer.split("/").slice(1)) {
    if (typeof at !== "object" || at === null) return undefined;
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    at = Object.hasOwn(at, key) ? trusted<Readonly<Record<string, unknown>>>(at)[key] : undefined;
  }
  return at;
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return (
    left.size === right.size &&
    [...left].every(([key, value]) => right.has(key) && same(value, right.get(key)))
  );
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
