import type { Enumeration, Length, Range, Rule, Samples, Single, Strength, Temporal } from "../constraint.ts";
import { refine } from "./refine.ts";
import { unitOfMeasure } from "./units.ts";

/** One constraint with the field it is about. */
export interface Statement {
  readonly subject: string;
  readonly field: string;
  readonly strength: Strength;
  readonly constraint: Single;
  readonly samples: Samples;
}

/** A rule, and the texts that its words say to fit or not to fit. */
export interface ReadRule extends Rule {
  readonly samples: Samples;
}

const apart = new Set<Single["kind"]>(["presence", "comparison", "decision", "unique"]);
const textual = new Set<Single["kind"]>(["format", "pattern", "temporal"]);

/** Brings the statements on one field together: "at least 8" and "at most 20" are one range. */
export function merge(statements: readonly Statement[]): ReadRule[] {
  const groups = Map.groupBy(statements, ({ field, strength, constraint }) =>
    apart.has(constraint.kind)
      ? `${field} ${strength} ${JSON.stringify(constraint)}`
      : `${field} ${strength}`,
  );
  return [...groups.values()].map((group, index) => toRule(group, `R${index + 1}`));
}

function toRule(group: readonly Statement[], id: string): ReadRule {
  const [first] = group;
  if (first === undefined) throw new Error("A group of statements is never empty.");
  const parts = withoutImplied(join(group.map(({ constraint }) => constraint))).map(refine);
  const samples: Samples = { valid: collect(group, "valid"), invalid: collect(group, "invalid") };
  const [only = first.constraint, ...others] = parts;
  const constraint = others.length === 0 ? only : ({ kind: "all", of: parts } as const);
  return { id, subject: first.subject, field: first.field, strength: first.strength, constraint, samples };
}

function collect(group: readonly Statement[], which: "valid" | "invalid"): string[] {
  return [...new Set(group.flatMap(({ samples }) => samples[which]))];
}

function join(constraints: readonly Single[]): Single[] {
  const joined: Single[] = [];
  for (const next of constraints) {
    const at = joined.findIndex((other) => together(other, next) !== null);
    const merged = at < 0 ? null : together(joined[at] ?? next, next);
    if (merged === null) joined.push(next);
    else joined[at] = merged;
  }
  return joined;
}

function together(a: Single, b: Single): Single | null {
  if (JSON.stringify(a) === JSON.stringify(b)) return a;
  if (a.kind === "range" && b.kind === "range") return ranges(a, b);
  if (a.kind === "range" && b.kind === "enumeration") return without(a, b);
  if (a.kind === "length" && b.kind === "length" && a.of === b.of) return lengths(a, b);
  if (a.kind === "temporal" && b.kind === "temporal" && a.of === b.of) return stretches(a, b);
  if (a.kind === "range" && b.kind === "type") return typed(a, b.type);
  if (a.kind === "type" && b.kind === "range") return typed(b, a.type);
  return null;
}

function typed(range: Range, type: string): Range | null {
  if (type === "integer") return { ...range, whole: true };
  return type === "number" ? range : null;
}

function ranges(a: Range, b: Range): Range | null {
  if (a.accepts === "outside" || b.accepts === "outside") return null;
  if (a.multipleOf !== null && b.multipleOf !== null) return null;
  return {
    ...a,
    ...overlap<number>(a, b),
    step: Math.min(a.step, b.step),
    whole: a.whole || b.whole,
    multipleOf: a.multipleOf ?? b.multipleOf,
    unit: a.unit ?? b.unit,
  };
}

/** "from 30 to 50, excluding 50" leaves out an end. What is left out inside stays a rule of its own. */
function without(range: Range, { accepts, values }: Enumeration): Range | null {
  if (accepts !== "unlisted" || range.accepts === "outside") return null;
  const ends = new Set<unknown>([range.min, range.max]);
  if (!values.every((value) => ends.has(value))) return null;
  return {
    ...range,
    minInclusive: range.minInclusive && !values.some((value) => value === range.min),
    maxInclusive: range.maxInclusive && !values.some((value) => value === range.max),
  };
}

interface Interval<T> {
  readonly min: T | null;
  readonly minInclusive: boolean;
  readonly max: T | null;
  readonly maxInclusive: boolean;
}

/** What lies within both. */
function overlap<T extends number | string>(a: Interval<T>, b: Interval<T>): Interval<T> {
  const [min, minInclusive] = higher([a.min, a.minInclusive], [b.min, b.minInclusive]);
  const [max, maxInclusive] = lower([a.max, a.maxInclusive], [b.max, b.maxInclusive]);
  return { min, minInclusive, max, maxInclusive };
}

type Bound<T> = readonly [value: T | null, inclusive: boolean];

function higher<T extends number | string>(a: Bound<T>, b: Bound<T>): Bound<T> {
  if (a[0] === null || b[0] === null) return a[0] === null ? b : a;
  return a[0] === b[0] ? [a[0], a[1] && b[1]] : a[0] > b[0] ? a : b;
}

function lower<T extends number | string>(a: Bound<T>, b: Bound<T>): Bound<T> {
  if (a[0] === null || b[0] === null) return a[0] === null ? b : a;
  return a[0] === b[0] ? [a[0], a[1] && b[1]] : a[0] < b[0] ? a : b;
}

function lengths(a: Length, b: Length): Length {
  return { ...a, min: higher([a.min, true], [b.min, true])[0], max: lower([a.max, true], [b.max, true])[0] };
}

function stretches(a: Temporal, b: Temporal): Temporal {
  return {
    ...a,
    ...overlap<string>(a, b),
    step: a.step === "second" ? a.step : b.step,
  };
}

/** "a string of 3 to 20 characters": the length already says that it is a string. */
function withoutImplied(parts: readonly Single[]): Single[] {
  const isText = parts.some(
    (part) => (part.kind === "length" && part.of !== "items") || textual.has(part.kind),
  );
  const isList = parts.some((part) => part.kind === "length" && part.of === "items");
  const isValue = parts.some((part) => part.kind === "enumeration" && part.accepts === "listed");
  return parts.filter((part) => {
    if (part.kind === "length" && part.of === "characters" && part.min === 1 && part.max === null)
      return !implied(parts);
    if (part.kind !== "type") return true;
    return !(isValue || (isText && part.type === "string") || (isList && part.type === "array"));
  });
}

/** A format or a list of values without the empty string makes "non-empty" say nothing new. */
function implied(parts: readonly Single[]): boolean {
  return parts.some(
    (part) =>
      (part.kind === "format" && !new RegExp(part.pattern, "u").test("")) ||
      (part.kind === "enumeration" && part.accepts === "listed" && !part.values.includes("")),
  );
}

/** Whether limits on one field are in different units: they cannot be brought together. */
export function mixesUnits(statements: readonly Statement[]): boolean {
  const groups = Map.groupBy(statements, ({ field }) => field);
  return [...groups.values()].some((group) => {
    const units = group.map(({ constraint }) =>
      constraint.kind === "range" && constraint.unit !== null ? unitOfMeasure(constraint.unit) : null,
    );
    return new Set(units.filter((unit) => unit !== null)).size > 1;
  });
}

/** The first pair of bounds that no value can meet, in words; `null` when there is none. */
export function contradiction(rules: readonly ReadRule[]): string | null {
  for (const { constraint, subject } of rules) {
    for (const part of constraint.kind === "all" ? constraint.of : [constraint]) {
      if (part.kind !== "range" && part.kind !== "length" && part.kind !== "temporal") continue;
      if (part.kind === "length" && ((part.min ?? 0) < 0 || (part.max ?? 0) < 0))
        return `The bounds on "${subject}" contradict each other: nothing has a length below 0.`;
      if (part.min === null || part.max === null) continue;
      const isOpen = part.kind !== "length" && !(part.minInclusive && part.maxInclusive);
      const accepts = part.kind === "range" ? part.accepts : "inside";
      if (part.min > part.max || (isOpen && part.min === part.max && accepts === "inside"))
        return `The bounds on "${subject}" contradict each other: nothing is at least ${part.min} and at most ${part.max}.`;
    }
  }
  return null;
}
