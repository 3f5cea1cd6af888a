import { defineEvent } from "agents-apphost/kit";
import type { EventDefinition } from "agents-apphost/kit";
import { z } from "zod";

/**
 * The published language of `testplanning`: the payloads of its events, and the only file of this agent
 * that another agent may import.
 *
 * Reading a spec: a requirement holds one or more `rules`, each about one `field`. A case names its rule;
 * its `input` is a value of that rule's field, except for the kinds `presence`, `comparison` and `decision`,
 * where it is the object that holds the fields. Numbers in here come from code, never from a model.
 */

/** How binding a rule is (RFC 2119). A plain statement without a keyword counts as `must`. */
export const strength = z.enum(["must", "should", "may"]);
export type Strength = z.infer<typeof strength>;

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
export type SingleConstraint = z.infer<typeof single>;

/** Several constraints on one value; it is accepted when each of them accepts it. */
const allConstraint = z.object({ kind: z.literal("all"), of: z.array(single).min(2) });

/** What a rule says about its field, keyed by `kind`. */
export const constraint = z.discriminatedUnion("kind", [...single.options, allConstraint]);
export type Constraint = z.infer<typeof constraint>;

/** One thing that the requirement says about one field. */
export const rule = z.object({
  id: z.string().describe("R1, R2 … within the spec"),
  subject: z.string().describe("The words of the sentence: the age of an applicant"),
  field: z
    .string()
    .regex(/^[a-z][A-Za-z0-9]*$/)
    .describe("An identifier made from them: age"),
  strength,
  constraint,
});
export type Rule = z.infer<typeof rule>;

/** A long value, written short: `{ "$repeat": "a", "$times": 65536 }`; with a list, the list repeated. */
const repeatedInput = z.object({
  $repeat: z.union([z.string(), z.array(z.string()).min(1)]),
  $times: z.number().int().nonnegative(),
});

/** The input of a case: a JSON value, or a {@link repeatedInput} where it would be long. */
const caseInput = z.union([repeatedInput, z.json()]);
export type CaseInput = z.infer<typeof caseInput>;

/** One equivalence class: inputs that the rule treats alike. */
const equivalenceClass = z.object({
  id: z.string().describe("C1, C2 … within the spec"),
  ruleId: z.string(),
  valid: z.boolean(),
  range: z.string().describe("In words or interval notation: 18..65"),
});

/** A value at or beside a bound. For `length` rules the value is the length. */
const boundaryValue = z.object({
  ruleId: z.string(),
  value: z.union([z.number(), z.string()]),
  accept: z.boolean(),
});

/** How a case was found, in the words of ISO/IEC/IEEE 29119-4. */
export const technique = z.enum([
  "equivalence-partitioning",
  "boundary-value-analysis",
  "decision-table",
  "mc-dc",
  "error-guessing",
]);

/** One test case. It traces to exactly one requirement, rule and class. */
const testCase = z.object({
  id: z.string().describe("Unique among the requirements: <requirementId>-TC01"),
  requirementId: z.string(),
  ruleId: z.string(),
  classId: z.string(),
  title: z.string(),
  input: caseInput,
  expected: z.enum(["accept", "reject"]),
  technique,
});

const generatedBy = z.enum(["live", "cassette", "sample"]);

/** Who worded the title and the text; `reason` says why the fixed text stands in for the model's. */
const wording = z.object({ by: z.enum(["model", "template"]), reason: z.string().nullable() });

const values = z.record(z.string(), z.json());

/** One request and the status that an OpenAPI document promises for it. */
const apiCase = z.object({
  id: z.string(),
  title: z.string(),
  status: z.string().nullable().describe("200, 4XX or default, as documented; null where none is promised"),
  request: z
    .object({ path: values, query: values, headers: values, cookies: values, body: z.json().optional() })
    .nullable()
    .describe("Long texts in it are written { $repeat, $times }. Null: none could be made from the document"),
  arrange: z.string().nullable().describe("What has to be so before"),
  caseId: z.string().nullable().describe("The case of a rule that it comes from"),
  technique,
});

/** What a spec of an operation of an OpenAPI document has beside its rules. */
const operation = z.object({
  api: z.string(),
  version: z.string(),
  method: z.string(),
  path: z.string(),
  statuses: z.array(z.string()),
  cases: z.array(apiCase),
  gaps: z.array(z.string()),
});

/**
 * Payload of `agents.testplanning.spec.generated`, and the `result` of the execute command. Not testable: `reason`
 * says why, and every list is empty.
 */
export const specGeneratedPayload = z.object({
  specId: z.string().min(1),
  requirementId: z.string(),
  requirement: z.string().describe("The sentence as it was given"),
  testable: z.boolean(),
  reason: z.string().nullable().describe("Why nothing testable was found; null when testable"),
  title: z.string(),
  rationale: z.string(),
  assumptions: z.array(z.string()).describe("How the sentence was read where it leaves a choice"),
  rules: z.array(rule),
  classes: z.array(equivalenceClass),
  boundaryValues: z.array(boundaryValue),
  cases: z.array(testCase),
  wording: wording.optional(),
  operation: operation.optional().describe("Only of specs that come from an OpenAPI document"),
  generatedBy: generatedBy.nullable().describe("Null when no model was asked"),
  promptRef: z.string().nullable(),
});
export type SpecGeneratedPayload = z.infer<typeof specGeneratedPayload>;

const ratio = z.object({
  covered: z.number().int().nonnegative(),
  total: z.number().int().nonnegative(),
  percent: z.number().min(0).max(100).nullable().describe("Null when there is nothing to cover"),
});

/** Payload of `agents.testplanning.coverage.analyzed`. A figure that a report does not hold is null. */
export const coverageAnalyzedPayload = z.object({
  coverageId: z.string().min(1),
  kind: z.enum(["traceability", "code"]),
  format: z
    .enum(["lcov", "istanbul", "cobertura"])
    .nullable()
    .describe("Of the report; null for traceability"),
  specId: z.string().min(1).nullable(),
  artefactId: z.string().nullable(),
  totals: z.object({
    lines: ratio.nullable(),
    statements: ratio.nullable(),
    functions: ratio.nullable(),
    branches: ratio.nullable(),
    cases: ratio.nullable(),
  }),
  files: z.array(
    z.object({
      path: z.string(),
      lines: ratio.nullable(),
      statements: ratio.nullable(),
      functions: ratio.nullable(),
      branches: ratio.nullable(),
      uncoveredLines: z.array(z.number().int()),
    }),
  ),
  requirements: z.array(
    z.object({
      requirementId: z.string(),
      covered: z.boolean(),
      cases: z.array(z.object({ caseId: z.string(), covered: z.boolean() })),
    }),
  ),
  gaps: z.array(z.string()).describe("What is missing, one sentence each"),
});
export type CoverageAnalyzedPayload = z.infer<typeof coverageAnalyzedPayload>;

/** Payload of `agents.testplanning.strategy.created`. */
export const strategyCreatedPayload = z.object({
  strategyId: z.string().min(1),
  name: z.string(),
  summary: z.string(),
  wording: wording.optional(),
  items: z
    .array(
      z.object({
        requirementId: z.string(),
        requirement: z.string(),
        testable: z.boolean(),
        reason: z.string().nullable(),
        strength: strength.nullable(),
        techniques: z.array(technique),
        cases: z.number().int().nonnegative(),
        priority: z.enum(["high", "medium", "low"]).nullable(),
      }),
    )
    .describe("In the order in which to test"),
  totals: z.object({
    requirements: z.number().int().nonnegative(),
    testable: z.number().int().nonnegative(),
    cases: z.number().int().nonnegative(),
  }),
  generatedBy,
  promptRef: z.string(),
});
export type StrategyCreatedPayload = z.infer<typeof strategyCreatedPayload>;

/** Published once for every requirement that was analysed, testable or not. */
export const specGenerated = defineEvent("agents.testplanning.spec.generated", specGeneratedPayload, {
  description: "A requirement was turned into equivalence classes, boundary values and test cases.",
});

/** Published when a strategy over several requirements was made. */
export const strategyCreated = defineEvent("agents.testplanning.strategy.created", strategyCreatedPayload, {
  description: "A test strategy for a set of requirements: what to test, how, and in which order.",
});

/** Published for a coverage report, and for generated tests that are traced to their cases. */
export const coverageAnalyzed = defineEvent(
  "agents.testplanning.coverage.analyzed",
  coverageAnalyzedPayload,
  {
    description: "Coverage of a report, or of the cases of a spec by generated tests, was computed.",
  },
);

/** Every event type that the test planning agent publishes. */
export const events: readonly EventDefinition[] = [specGenerated, strategyCreated, coverageAnalyzed];
