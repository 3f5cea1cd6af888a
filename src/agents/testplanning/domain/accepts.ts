import type {
  Constraint,
  Enumeration,
  Json,
  JsonType,
  Length,
  Operator,
  Range,
  Temporal,
} from "./constraint.ts";

/**
 * Whether a constraint accepts an input. Every `expected` and every `accept` of a spec comes from here, so
 * that a case can never contradict its rule. For `presence`, `comparison` and `decision` the input is the
 * object that holds the fields.
 */
export function accepts(constraint: Constraint, field: string, input: Json): boolean {
  switch (constraint.kind) {
    case "range":
      return typeof input === "number" && inRange(constraint, input);
    case "length":
      return inLength(constraint, input);
    case "enumeration":
      return isListed(constraint, input) === (constraint.accepts === "listed");
    case "presence":
      return isRecord(input) && Object.hasOwn(input, field) === constraint.required;
    case "format":
    case "pattern":
      return typeof input === "string" && new RegExp(constraint.pattern, "u").test(input);
    case "type":
      return hasType(constraint.type, input);
    case "temporal":
      return typeof input === "string" && inTime(constraint, input);
    case "comparison":
      return (
        isRecord(input) && compares(input[constraint.left], constraint.operator, input[constraint.right])
      );
    case "unique":
      return Array.isArray(input) && new Set(input.map((item) => JSON.stringify(item))).size === input.length;
    case "decision":
      return (
        isRecord(input) &&
        constraint.table.some(
          (row) => row.then && Object.entries(row.when).every(([name, value]) => input[name] === value),
        )
      );
    case "all":
      return constraint.of.every((part) => accepts(part, field, input));
    default:
      return constraint satisfies never;
  }
}

export function inRange(range: Range, value: number): boolean {
  if (range.whole && !Number.isInteger(value)) return false;
  if (range.multipleOf !== null && !isMultiple(value, range.multipleOf)) return false;
  const aboveMin = range.min === null || value > range.min || (range.minInclusive && value === range.min);
  const belowMax = range.max === null || value < range.max || (range.maxInclusive && value === range.max);
  return (aboveMin && belowMax) === (range.accepts === "inside");
}

/** Floats are compared as decimals: 0.3 is a multiple of 0.1. */
export function isMultiple(value: number, of: number): boolean {
  const quotient = value / of;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
}

/** The size of a value in a length rule's measure; `null` where it has none. */
export function sizeOf(of: Length["of"], input: Json): number | null {
  if (of === "items") return Array.isArray(input) ? input.length : null;
  if (typeof input !== "string") return null;
  if (of === "octets") return new TextEncoder().encode(input).length;
  if (of === "words") return input.split(/\s+/u).filter(Boolean).length;
  if (of === "digits" && !/^[0-9]*$/u.test(input)) return null;
  return Array.from(input).length;
}

function inLength(length: Length, input: Json): boolean {
  const size = sizeOf(length.of, input);
  return (
    size !== null &&
    (length.min === null || size >= length.min) &&
    (length.max === null || size <= length.max)
  );
}

function isListed(list: Enumeration, input: Json): boolean {
  const fold = (value: Json) =>
    typeof value === "string" && !list.caseSensitive ? value.toLowerCase() : value;
  return list.values.some((value) => fold(value) === fold(input));
}

function hasType(type: JsonType, input: Json): boolean {
  if (type === "array") return Array.isArray(input);
  if (type === "object") return isRecord(input);
  if (type === "integer") return Number.isInteger(input);
  return typeof input === type;
}

const timeFormats = { date: /^\d{4}-\d{2}-\d{2}$/u, time: /^\d{2}:\d{2}(?::\d{2})?$/u } as const;

function inTime(rule: Temporal, input: string): boolean {
  if (!timeFormats[rule.of].test(input) || !isReal(rule.of, input)) return false;
  const value = comparable(rule.of, input);
  const min = rule.min === null ? null : comparable(rule.of, rule.min);
  const max = rule.max === null ? null : comparable(rule.of, rule.max);
  return (
    (min === null || value > min || (rule.minInclusive && value === min)) &&
    (max === null || value < max || (rule.maxInclusive && value === max))
  );
}

function comparable(of: Temporal["of"], value: string): string {
  return of === "time" && value.length === 5 ? `${value}:00` : value;
}

/** 2026-02-30 and 25:00 have the right shape and name nothing. */
function isReal(of: Temporal["of"], value: string): boolean {
  const moment = new Date(of === "date" ? `${value}T00:00:00Z` : `2000-01-01T${comparable(of, value)}Z`);
  if (Number.isNaN(moment.getTime())) return false;
  return of === "time" || moment.toISOString().startsWith(value);
}

function compares(left: Json | undefined, operator: Operator, right: Json | undefined): boolean {
  if (typeof left !== "number" || typeof right !== "number") return false;
  switch (operator) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    case "=":
      return left === right;
    case "!=":
      return left !== right;
    default:
      return operator satisfies never;
  }
}

function isRecord(input: Json): input is { [key: string]: Json } {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}
