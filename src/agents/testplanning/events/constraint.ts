import { z } from "zod";

/** A number within bounds. `null` is an open end. */
const rangeConstraint = z.object({
  kind: z.literal("range"),
  min: z.number().nullable(),
  minInclusive: z.boolean(),
  max: z.number().nullable(),
  maxInclusive: z.boolean(),
  step: z
    .number()
    .positive()
    .describe("Distance to a neighbour: 1 for whole numbers, else the precision that was written (0.01)"),
  whole: z
    .boolean()
    .describe("True only where the sentence asks for whole numbers: then a fraction is rejected"),
  multipleOf: z.number().positive().nullable(),
  accepts: z
    .enum(["inside", "outside"])
    .describe("outside: values between the bounds are the rejected ones (MUST NOT)"),
  unit: z.string().nullable().describe("As written, for people: years, seconds, %, EUR"),
});

/**
 * The size of a value; both ends belong to it. `characters` counts Unicode code points, `octets` counts bytes
 * of UTF-8, `digits` is a string of ASCII digits only, `words` are separated by white space, `items` counts
 * the elements of an array.
 */
const lengthConstraint = z.object({
  kind: z.literal("length"),
  of: z.enum(["characters", "octets", "digits", "words", "items"]),
  min: z.number().int().nonnegative().nullable(),
  max: z.number().int().nonnegative().nullable(),
});

/** A closed list. `accepts: "unlisted"` means that exactly the listed values are rejected (MUST NOT be …). */
const enumerationConstraint = z.object({
  kind: z.literal("enumeration"),
  values: z.array(z.union([z.string(), z.number(), z.boolean()])).min(1),
  caseSensitive: z.boolean(),
  accepts: z.enum(["listed", "unlisted"]),
});

/** A member that must be there, or must not. Inputs are the object that holds it. */
const presenceConstraint = z.object({
  kind: z.literal("presence"),
  required: z.boolean().describe("true: must be present; false: must be absent"),
});

/** A format that a public standard defines. `pattern` is what the cases can tell apart of it. */
const formatConstraint = z.object({
  kind: z.literal("format"),
  format: z.string().describe("JSON Schema's name where it has one: date-time, date, uri, email, uuid …"),
  reference: z.string().describe("Where the format is defined: RFC 3339, section 5.6"),
  pattern: z.string().describe("Anchored; the same in ECMAScript and in Python's re"),
});

/** What the text of a value may look like, from the words of the sentence. */
const patternConstraint = z.object({
  kind: z.literal("pattern"),
  pattern: z.string().describe("Anchored; the same in ECMAScript and in Python's re"),
  description: z.string().describe("only lower-case letters a-z and digits 0-9"),
});

/** The JSON type of a value. */
const typeConstraint = z.object({
  kind: z.literal("type"),
  type: z.enum(["string", "number", "integer", "boolean", "array", "object"]),
});

/** Dates (`2026-01-31`) or times of day (`09:00`, `09:00:30`), both as strings. `null` is an open end. */
const temporalConstraint = z.object({
  kind: z.literal("temporal"),
  of: z.enum(["date", "time"]),
  min: z.string().nullable(),
  minInclusive: z.boolean(),
  max: z.string().nullable(),
  maxInclusive: z.boolean(),
  step: z.enum(["day", "minute", "second"]),
});

/** Two fields of one object, compared: `end > start`. Inputs are `{ [left]: number, [right]: number }`. */
const comparisonConstraint = z.object({
  kind: z.literal("comparison"),
  left: z.string(),
  operator: z.enum(["<", "<=", ">", ">=", "=", "!="]),
  right: z.string(),
});

/** Values that are all different. Inputs are arrays. */
const uniqueConstraint = z.object({ kind: z.literal("unique") });

/**
 * An outcome that depends on conditions. Inputs are `{ [condition name]: boolean }`; `table` is the whole
 * decision table, one row for each combination, so no expression has to be evaluated.
 */
const decisionConstraint = z.object({
  kind: z.literal("decision"),
  outcome: z.string(),
  conditions: z
    .array(z.object({ name: z.string(), text: z.string() }))
    .min(1)
    .max(6),
  expression: z.string().describe("For people: admin or (active and not locked)"),
  // oxlint-disable-next-line unicorn/no-thenable -- a boolean column of the table
  table: z.array(z.object({ when: z.record(z.string(), z.boolean()), then: z.boolean() })).min(2),
});

const single = z.discriminatedUnion("kind", [
  rangeConstraint,
  lengthConstraint,
  enumerationConstraint,
  presenceConstraint,
  formatConstraint,
  patternConstraint,
  typeConstraint,
  temporalConstraint,
  comparisonConstraint,
  uniqueConstraint,
  decisionConstraint,
]);

/** Several constraints on one value; it is accepted when each of them accepts it. */
const allConstraint = z.object({ kind: z.literal("all"), of: z.array(single).min(2) });

/** What a rule says about its field, keyed by `kind`. */
export const constraint = z.discriminatedUnion("kind", [...single.options, allConstraint]);
export type Constraint = z.infer<typeof constraint>;
