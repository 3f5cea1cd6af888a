import { compareTemporal, isTemporal } from "./temporal.ts";
import type {
  Bounds,
  ComparisonConstraint,
  Constraint,
  DecisionConstraint,
  EnumerationConstraint,
  Json,
  LengthConstraint,
  RangeConstraint,
  Rule,
  TypeConstraint,
} from "./spec.ts";

/** Whether a text matches a pattern. A port: a pattern from outside can run for ever and needs a limit in time. */
export type MatchPattern = (pattern: string, text: string) => boolean;

/** A pattern could not be decided in the time that there is. */
export class PatternUndecided extends Error {
  override readonly name = "PatternUndecided";
  constructor(pattern: string, options?: ErrorOptions) {
    super(`the pattern ${pattern} takes too long to decide`, options);
  }
}

/**
 * The meaning of a constraint: does it accept the value? Generated code in every language has to agree with this
 * function; it also finds specifications whose cases contradict their own rules.
 */
export function accepts(rule: Rule, value: Json, matches: MatchPattern): boolean {
  return judge(rule.constraint, rule.field, value, matches);
}

function judge(constraint: Constraint, field: string, value: Json, matches: MatchPattern): boolean {
  switch (constraint.kind) {
    case "range":
      return inRange(constraint, value);
    case "length":
      return hasLength(constraint, value);
    case "enumeration":
      return isListed(constraint, value) === (constraint.accepts === "listed");
    case "presence":
      return isObject(value) && Object.hasOwn(value, field) === constraint.required;
    case "pattern":
      return typeof value === "string" && matches(constraint.pattern, value);
    case "type":
      return hasType(constraint.type, value);
    case "temporal":
      return (
        typeof value === "string" &&
        isTemporal(constraint.of, value) &&
        within(constraint, (bound) => compareTemporal(value, bound))
      );
    case "comparison":
      return compareFields(constraint, value);
    case "unique":
      return Array.isArray(value) && new Set(value.map(canonical)).size === value.length;
    case "decision":
      return decisionOf(constraint, value);
    case "all":
      return constraint.of.every((part) => judge(part, field, value, matches));
    default:
      return constraint satisfies never;
  }
}

function inRange(range: RangeConstraint, value: Json): boolean {
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  if (range.whole && !Number.isInteger(value)) return false;
  if (range.multipleOf !== null && !isMultiple(value, range.multipleOf)) return false;
  return within(range, (bound) => value - bound) === (range.accepts === "inside");
}

/**
 * Decimal steps are not exact in binary: 0.3 is a multiple of 0.1 although 0.3 / 0.1 is 2.9999999999999996. Of a large
 * quotient the error is as large as its last digit: 123456789.01 is a multiple of 0.01.
 */
function isMultiple(value: number, step: number): boolean {
  if (Number.isInteger(step)) return value % step === 0;
  const quotient = value / step;
  const off = Math.abs(quotient - Math.round(quotient));
  return off <= Math.max(1e-9, Math.abs(quotient) * Number.EPSILON);
}

function within<T>(bounds: Bounds<T>, compareTo: (bound: T) => number): boolean {
  const { min, max } = bounds;
  if (min !== null && (bounds.minInclusive ? compareTo(min) < 0 : compareTo(min) <= 0)) return false;
  return max === null || (bounds.maxInclusive ? compareTo(max) <= 0 : compareTo(max) < 0);
}

function hasLength(constraint: LengthConstraint, value: Json): boolean {
  const length = lengthOf(constraint.of, value);
  if (length === undefined) return false;
  return (
    (constraint.min === null || length >= constraint.min) &&
    (constraint.max === null || length <= constraint.max)
  );
}

function lengthOf(of: LengthConstraint["of"], value: Json): number | undefined {
  if (of === "items") return Array.isArray(value) ? value.length : undefined;
  if (typeof value !== "string") return undefined;
  switch (of) {
    case "characters":
      return Array.from(value).length;
    case "octets":
      return new TextEncoder().encode(value).length;
    case "digits":
      return /^[0-9]*$/.test(value) ? value.length : undefined;
    case "words":
      return value.split(/\s+/u).filter((word) => word !== "").length;
    default:
      return of satisfies never;
  }
}

function isListed(constraint: EnumerationConstraint, value: Json): boolean {
  const fold = (each: Json): Json =>
    typeof each === "string" && !constraint.caseSensitive ? each.toLowerCase() : each;
  return constraint.values.some((listed) => fold(listed) === fold(value));
}

function hasType(type: TypeConstraint["type"], value: Json): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "number":
      return Number.isFinite(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "string":
    case "boolean":
      return typeof value === type;
    default:
      return type satisfies never;
  }
}

function compareFields({ left, operator, right }: ComparisonConstraint, value: Json): boolean {
  if (!isObject(value)) return false;
  const a = value[left];
  const b = value[right];
  if (typeof a !== "number" || typeof b !== "number") return false;
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
    case "=":
      return a === b;
    case "!=":
      return a !== b;
    default:
      return operator satisfies never;
  }
}

function decisionOf({ table }: DecisionConstraint, value: Json): boolean {
  if (!isObject(value)) return false;
  return (
    table.find((row) => Object.entries(row.when).every(([name, on]) => value[name] === on))?.then ?? false
  );
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Two JSON values are equal when their canonical texts are; the order of an object's keys does not count. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(",")}}`;
}
