import type { z } from "zod";

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  bigint: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  date: "a date",
};

/** Of what has a length: its units. */
const UNITS: Readonly<Record<string, string>> = {
  string: "characters",
  array: "items",
  set: "items",
  map: "entries",
  record: "entries",
};

const FORMATS: Readonly<Record<string, string>> = {
  datetime: "a date and time such as 2026-01-31T09:00:00Z",
  date: "a date such as 2026-01-31",
  time: "a time such as 09:00:00",
  duration: "a duration such as PT1H30M",
  email: "an e-mail address",
  url: "a URL",
  uuid: "a UUID",
  guid: "a UUID",
};

/**
 * What zod has found, in the words of this product: what is there, and what was expected. Given to `safeParse` as `error`:
 * messages that a schema has of its own go before it. Undefined: zod's own words.
 */
export function issueText(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return typeText(issue.expected, issue.input);
    case "invalid_value":
      if (issue.input === undefined) return `is missing: expected ${listed(issue.values)}`;
      return `is ${shown(issue.input)}: expected ${listed(issue.values)}`;
    case "too_small":
      return sizeText(issue.origin, "small", Number(issue.minimum), issue);
    case "too_big":
      return sizeText(issue.origin, "big", Number(issue.maximum), issue);
    case "invalid_format": {
      const wanted = FORMATS[issue.format] ?? (issue.pattern && `a text like ${issue.pattern}`);
      return wanted && `is ${shown(issue.input)}: expected ${wanted}`;
    }
    case "unrecognized_keys":
      return `has ${listed(issue.keys, "and")}, which nobody knows here`;
    case "invalid_union":
      if (Array.isArray(issue.options)) return `is not known: expected ${listed(issue.options)}`;
      return issue.input === undefined ? "is missing" : "fits none of the shapes that it may have";
    case "not_multiple_of":
      return `is ${shown(issue.input)}: expected a multiple of ${issue.divisor}`;
    case "invalid_key":
    case "invalid_element":
    case "custom":
      return undefined;
    default:
      return undefined;
  }
}

function typeText(expected: string, input: unknown): string {
  const wanted = KINDS[expected] ?? expected;
  if (input === undefined) return `is missing: expected ${wanted}`;
  return `is ${shown(input)}: expected ${wanted}`;
}

function sizeText(
  origin: string,
  side: "small" | "big",
  bound: number,
  { inclusive = true, exact = false }: { readonly inclusive?: boolean; readonly exact?: boolean },
): string {
  const small = side === "small";
  const many = UNITS[origin];
  if (many === undefined) {
    const limit = inclusive ? (small ? "at least" : "at most") : small ? "more than" : "less than";
    return `is too ${side}: expected ${limit} ${bound}`;
  }
  const limit = exact ? "exactly" : small ? "at least" : "at most";
  const unit = bound === 1 ? many.replace(/(?:ie)?s$/, (end) => (end === "ies" ? "y" : "")) : many;
  const short =
    origin === "string" ? `is too ${small ? "short" : "long"}` : `has too ${small ? "few" : "many"} ${many}`;
  return `${short}: expected ${limit} ${bound} ${unit}`;
}

/** A value in a few words; never a whole object. */
function shown(value: unknown): string {
  if (value === null) return "null";
  if (Number.isNaN(value)) return "no number";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

/** Several places and what is wrong there, in one line: the first of them, and how many more there are. */
export function issuesText(
  issues: readonly { readonly path: string; readonly message: string }[],
  { whole, count }: { readonly whole: string; readonly count: number },
): string {
  const told = issues.slice(0, count).map(({ path, message }) => {
    const where = path === "" ? whole : path;
    return /^[a-z]/.test(message) ? `${where} ${message}` : `${where}: ${message}`;
  });
  const more = issues.length - told.length;
  return `${told.join("; ")}${more > 0 ? ` (and ${more} more)` : ""}`;
}

/** `items[0].title`; empty for the whole. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += text === "" ? String(part) : `.${String(part)}`;
  }
  return text;
}

function listed(values: readonly unknown[], word = "or"): string {
  const texts = values.map((value) => JSON.stringify(value) ?? String(value));
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} ${word} ${texts.at(-1)}`;
}
