import { inventedFacts } from "agents-apphost/kit";
import type { Analysis } from "./analysis.ts";
import type { Constraint, Single } from "./constraint.ts";

/** The texts of a spec that people read. */
export interface Wording {
  readonly title: string;
  readonly rationale: string;
}

/** The texts that code writes: what is said when no model has said it better. */
export function defaultWording(analysis: Analysis): Wording {
  const [first, ...others] = analysis.rules;
  if (first === undefined)
    return { title: "Nothing to test", rationale: analysis.reason ?? "The sentence states no rule." };
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  const { classes, boundaryValues, cases } = analysis;
  const beside = boundaryValues.length === 0 ? "" : `, ${boundaryValues.length} boundary values`;
  return {
    title: `${capital(first.subject)}: ${describe(first.constraint)}${more}`,
    rationale: `${count(classes.length, "equivalence class", "equivalence classes")}${beside} and ${count(cases.length, "case", "cases")}, derived from ${count(analysis.rules.length, "rule", "rules")} in the sentence.`,
  };
}

function count(size: number, one: string, many: string): string {
  return `${size} ${size === 1 ? one : many}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A constraint in a few words. */
export function describe(constraint: Constraint): string {
  return constraint.kind === "all"
    ? constraint.of.map(describeSingle).join("; ")
    : describeSingle(constraint);
}

function describeSingle(rule: Single): string {
  switch (rule.kind) {
    case "range":
      return `${rule.accepts === "outside" ? "not " : ""}${bounds(rule)}${rule.unit === null ? "" : ` ${rule.unit}`}`;
    case "length":
      return `${bounds({ ...rule, minInclusive: true, maxInclusive: true })} ${rule.of}`;
    case "enumeration":
      return `${rule.accepts === "listed" ? "one of" : "none of"} ${rule.values.join(", ")}`;
    case "presence":
      return rule.required ? "must be present" : "must be absent";
    case "format":
      return `a ${rule.format} (${rule.reference})`;
    case "pattern":
      return rule.description;
    case "type":
      return `of type ${rule.type}`;
    case "temporal":
      return bounds(rule);
    case "comparison":
      return `${rule.left} ${rule.operator} ${rule.right}`;
    case "unique":
      return "no duplicates";
    case "decision":
      return rule.expression;
    default:
      return rule satisfies never;
  }
}

interface Ends {
  readonly min: number | string | null;
  readonly max: number | string | null;
  readonly minInclusive: boolean;
  readonly maxInclusive: boolean;
  readonly multipleOf?: number | null;
}

function bounds({ min, max, minInclusive, maxInclusive, multipleOf = null }: Ends): string {
  const step = multipleOf === null ? "" : `multiples of ${multipleOf}`;
  if (min !== null && min === max) return `exactly ${min}`;
  const low = min === null ? "" : `${minInclusive ? "at least" : "more than"} ${min}`;
  const high = max === null ? "" : `${maxInclusive ? "at most" : "less than"} ${max}`;
  return [low, high, step].filter((part) => part !== "").join(", ");
}

/** Words that begin a sentence about tests, and are no names. */
const OPENERS =
  "Boundary Boundaries Bounds Case Cases Class Classes Equivalence Input Inputs Limit Limits Order Priority Requirement " +
  "Requirements Rule Rules Specification Strategy Testing Valid Invalid Value Values High Medium Low";

/**
 * Why a model's wording cannot be used; `null` when it can. A model may say things better, it may not say other
 * things: every number, name and address in its text has to occur in the requirement or in what code derived from it.
 */
export function objection(wording: Wording, analysis: Analysis): string | null {
  const { title, rationale } = wording;
  if (title.trim() === "" || rationale.trim() === "") return "A text is empty.";
  // Titles Have Capitals That Make No Names.
  return inventedIn(`${title.toLowerCase()}.\n${rationale}`, sources(analysis));
}

/** What a text says that was not given, as a sentence; `null` when it says nothing else. */
export function inventedIn(text: string, given: string): string | null {
  const [first, ...more] = inventedFacts(text, `${given}\n${OPENERS}`);
  if (first === undefined) return null;
  return `It says what is not in the requirement, nor in what was derived from it: ${[first, ...more].join(", ")}.`;
}

function sources(analysis: Analysis): string {
  const { requirement, rules, classes, boundaryValues, cases, reason } = analysis;
  const counts = [rules.length, classes.length, boundaryValues.length, cases.length, rules.length - 1];
  const values = boundaryValues.map(({ value }) => value);
  return [
    requirement,
    reason ?? "",
    JSON.stringify(rules),
    ...classes.map(({ range }) => range),
    ...values,
    ...counts,
  ].join(" ");
}
