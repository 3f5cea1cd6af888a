/**
 * A test specification as this agent understands it: rules about fields, and cases that a correct
 * implementation decides as stated. It is the agent's own model; the translation from what the test planning
 * agent publishes is in the application layer.
 */
export type Specification = {
  readonly specId: string;
  readonly requirement: string;
  readonly testable: boolean;
  readonly reason: string | null;
  readonly rules: readonly Rule[];
  readonly cases: readonly Case[];
};

/** One thing that the requirement says about one field. */
export type Rule = {
  readonly id: string;
  /** In the words of the requirement: "the age of an applicant". */
  readonly subject: string;
  /** The same as an identifier: `age`. */
  readonly field: string;
  readonly strength: "must" | "should" | "may";
  readonly constraint: Constraint;
};

/** One input with the decision that is expected for it. */
export type Case = {
  readonly id: string;
  readonly requirementId: string;
  readonly ruleId: string;
  readonly title: string;
  readonly input: CaseInput;
  readonly expected: "accept" | "reject";
};

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A value, or a long one written short. */
export type CaseInput =
  | { readonly kind: "value"; readonly value: Json }
  | { readonly kind: "repeat"; readonly unit: string | readonly string[]; readonly times: number };

/** Bounds of an ordered value; `null` is an open end. */
export type Bounds<T> = {
  readonly min: T | null;
  readonly minInclusive: boolean;
  readonly max: T | null;
  readonly maxInclusive: boolean;
};

export type RangeConstraint = Bounds<number> & {
  readonly kind: "range";
  /** Only whole numbers are accepted. */
  readonly whole: boolean;
  readonly multipleOf: number | null;
  readonly accepts: "inside" | "outside";
  /** For people: years, seconds, EUR. */
  readonly unit: string | null;
};

export type LengthConstraint = {
  readonly kind: "length";
  /** characters: Unicode code points; octets: bytes of UTF-8; digits: a string of ASCII digits. */
  readonly of: "characters" | "octets" | "digits" | "words" | "items";
  readonly min: number | null;
  readonly max: number | null;
};

export type EnumerationConstraint = {
  readonly kind: "enumeration";
  readonly values: readonly (string | number | boolean)[];
  readonly caseSensitive: boolean;
  readonly accepts: "listed" | "unlisted";
};

type PresenceConstraint = { readonly kind: "presence"; readonly required: boolean };

/** A regular expression that means the same in ECMAScript and in Python. `label` is for people. */
type PatternConstraint = {
  readonly kind: "pattern";
  readonly pattern: string;
  readonly label: string;
};

export type TypeConstraint = {
  readonly kind: "type";
  readonly type: "string" | "number" | "integer" | "boolean" | "array" | "object";
};

/** `2026-01-31`, `09:00` or `09:00:30`. */
export type TemporalConstraint = Bounds<string> & { readonly kind: "temporal"; readonly of: "date" | "time" };

export type ComparisonConstraint = {
  readonly kind: "comparison";
  readonly left: string;
  readonly operator: "<" | "<=" | ">" | ">=" | "=" | "!=";
  readonly right: string;
};

type UniqueConstraint = { readonly kind: "unique" };

export type DecisionConstraint = {
  readonly kind: "decision";
  readonly outcome: string;
  readonly table: readonly { readonly when: Readonly<Record<string, boolean>>; readonly then: boolean }[];
};

/** A constraint on one value. */
export type SingleConstraint =
  | RangeConstraint
  | LengthConstraint
  | EnumerationConstraint
  | PresenceConstraint
  | PatternConstraint
  | TypeConstraint
  | TemporalConstraint
  | ComparisonConstraint
  | UniqueConstraint
  | DecisionConstraint;

/** Accepted when each of its parts accepts. */
type AllConstraint = { readonly kind: "all"; readonly of: readonly SingleConstraint[] };

export type Constraint = SingleConstraint | AllConstraint;

/** What a value has to be for a constraint to accept it, in words; more than one where no value can be that. */
export function kindsOf(constraint: Constraint): readonly string[] {
  if (constraint.kind === "all") return [...new Set(constraint.of.flatMap(kindsOf))];
  switch (constraint.kind) {
    case "range":
      return ["a number"];
    case "length":
      return [constraint.of === "items" ? "a list" : "a text"];
    case "pattern":
    case "temporal":
      return ["a text"];
    case "unique":
      return ["a list"];
    case "presence":
    case "comparison":
    case "decision":
      return ["an object"];
    case "type":
      return [NOUNS[constraint.type]];
    case "enumeration":
      return [];
    default:
      return constraint satisfies never;
  }
}

const NOUNS = {
  string: "a text",
  number: "a number",
  integer: "a number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
} as const;

/** The value of a case, written out. */
export function expand(input: CaseInput): Json {
  if (input.kind === "value") return input.value;
  const { unit, times } = input;
  return typeof unit === "string" ? unit.repeat(times) : Array.from({ length: times }, () => unit).flat();
}
