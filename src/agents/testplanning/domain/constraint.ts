/** A JSON value, as a case's input can hold it. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** How binding a rule is (RFC 2119); a plain statement counts as `must`. */
export type Strength = "must" | "should" | "may";

/** A number within bounds; `null` is an open end. `accepts: "outside"` rejects what lies between them. */
export interface Range {
  readonly kind: "range";
  readonly min: number | null;
  readonly minInclusive: boolean;
  readonly max: number | null;
  readonly maxInclusive: boolean;
  /** Distance to a neighbour: 1 for whole numbers, else the precision that was written. */
  readonly step: number;
  /** True only where the sentence asks for whole numbers: then a fraction is rejected. */
  readonly whole: boolean;
  readonly multipleOf: number | null;
  readonly accepts: "inside" | "outside";
  readonly unit: string | null;
}

export type Measure = "characters" | "octets" | "digits" | "words" | "items";

/** The size of a value; both ends belong to it. */
export interface Length {
  readonly kind: "length";
  readonly of: Measure;
  readonly min: number | null;
  readonly max: number | null;
}

export type Listed = string | number | boolean;

/** A closed list of values, or of the values that are ruled out. */
export interface Enumeration {
  readonly kind: "enumeration";
  readonly values: Listed[];
  readonly caseSensitive: boolean;
  readonly accepts: "listed" | "unlisted";
}

/** A member that must be there, or must not. */
export interface Presence {
  readonly kind: "presence";
  readonly required: boolean;
}

/** A format that a public standard defines; `pattern` is what the cases can tell apart of it. */
export interface Format {
  readonly kind: "format";
  readonly format: string;
  readonly reference: string;
  readonly pattern: string;
}

/** What the text of a value may look like. */
export interface Pattern {
  readonly kind: "pattern";
  readonly pattern: string;
  readonly description: string;
}

export type JsonType = "string" | "number" | "integer" | "boolean" | "array" | "object";

export interface TypeRule {
  readonly kind: "type";
  readonly type: JsonType;
}

/** Dates (`2026-01-31`) or times of day (`09:00`). */
export interface Temporal {
  readonly kind: "temporal";
  readonly of: "date" | "time";
  readonly min: string | null;
  readonly minInclusive: boolean;
  readonly max: string | null;
  readonly maxInclusive: boolean;
  readonly step: "day" | "minute" | "second";
}

export type Operator = "<" | "<=" | ">" | ">=" | "=" | "!=";

/** Two fields of one object, compared. */
export interface Comparison {
  readonly kind: "comparison";
  readonly left: string;
  readonly operator: Operator;
  readonly right: string;
}

export interface Unique {
  readonly kind: "unique";
}

export interface DecisionRow {
  readonly when: { [condition: string]: boolean };
  readonly then: boolean;
}

/** An outcome that depends on conditions, as a whole decision table. */
export interface Decision {
  readonly kind: "decision";
  readonly outcome: string;
  readonly conditions: { name: string; text: string }[];
  readonly expression: string;
  readonly table: DecisionRow[];
}

export type Single =
  | Range
  | Length
  | Enumeration
  | Presence
  | Format
  | Pattern
  | TypeRule
  | Temporal
  | Comparison
  | Unique
  | Decision;

/** Several constraints on one value: each of them has to accept it. */
export interface All {
  readonly kind: "all";
  readonly of: Single[];
}

export type Constraint = Single | All;

/** One thing that a requirement says about one field. */
export interface Rule {
  readonly id: string;
  readonly subject: string;
  readonly field: string;
  readonly strength: Strength;
  readonly constraint: Constraint;
}

/** Texts that a reader of the sentence knows to fit or not to fit; the source of cases for text rules. */
export interface Samples {
  readonly valid: readonly string[];
  readonly invalid: readonly string[];
}
