import type { Bounds, Constraint, RangeConstraint, Rule } from "./spec.ts";

/** A rule in one English sentence, for comments. It comes from the same data as the code. */
export function describeRule(rule: Rule): string {
  const modal = { must: "must", should: "should", may: "may" }[rule.strength];
  const subject = subjectOf(rule);
  const sentence = `${subject} ${modal} ${predicate(rule.constraint, rule.field)}.`;
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}

/** Where the words of the requirement do not name the field, it is named after them: "applicants: age". */
function subjectOf({ subject, field }: Rule): string {
  if (subject === "") return field;
  return subject.toLowerCase().includes(field.toLowerCase()) ? subject : `${subject}: ${field}`;
}

function predicate(constraint: Constraint, field: string): string {
  switch (constraint.kind) {
    case "range":
      return rangeText(constraint);
    case "length":
      return `have ${sizeText(constraint.min, constraint.max)} ${LENGTH_UNITS[constraint.of]}`;
    case "enumeration": {
      const values = constraint.values.map((value) => JSON.stringify(value)).join(", ");
      const fold = constraint.caseSensitive ? "" : " (upper and lower case are the same)";
      return `${constraint.accepts === "listed" ? "be" : "not be"} one of ${values}${fold}`;
    }
    case "presence":
      return `${constraint.required ? "have" : "not have"} a member named ${field}`;
    case "pattern":
      return `be text of this form: ${constraint.label}`;
    case "type":
      return `be of type ${constraint.type}`;
    case "temporal":
      return `be a ${constraint.of === "date" ? "date" : "time of day"}${boundsText(constraint, "")}`;
    case "comparison":
      return `have ${constraint.left} ${constraint.operator} ${constraint.right}`;
    case "unique":
      return "be a list without equal elements";
    case "decision":
      return `be decided by its table: ${constraint.outcome}`;
    case "all":
      return constraint.of.map((part) => predicate(part, field)).join(" and ");
    default:
      return constraint satisfies never;
  }
}

const LENGTH_UNITS = {
  characters: "characters (Unicode code points)",
  octets: "octets of UTF-8",
  digits: "digits (0 to 9) and nothing else",
  words: "words",
  items: "items",
} as const;

function rangeText(range: RangeConstraint): string {
  const noun = range.whole ? "whole number" : "number";
  const bounds = boundsText(range, range.unit === null ? "" : ` ${range.unit}`);
  const step = range.multipleOf === null ? "" : `, a multiple of ${range.multipleOf}`;
  return `${range.accepts === "inside" ? "be" : "not be"} a ${noun}${bounds}${step}`;
}

function boundsText<T extends number | string>(bounds: Bounds<T>, unit: string): string {
  if (bounds.min !== null && bounds.max !== null && bounds.minInclusive && bounds.maxInclusive) {
    return ` from ${bounds.min} to ${bounds.max}${unit}, both included`;
  }
  const low = bounds.min === null ? "" : ` ${bounds.minInclusive ? "from" : "above"} ${bounds.min}${unit}`;
  const high = bounds.max === null ? "" : ` ${bounds.maxInclusive ? "up to" : "below"} ${bounds.max}${unit}`;
  return `${low}${low !== "" && high !== "" ? " and" : ""}${high}`;
}

function sizeText(min: number | null, max: number | null): string {
  if (min !== null && min === max) return `exactly ${min}`;
  if (min === null) return max === null ? "any number of" : `at most ${max}`;
  return max === null ? `at least ${min}` : `${min} to ${max}`;
}
