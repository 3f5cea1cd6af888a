import { z } from "zod";
import { constraint } from "./constraint.ts";
import { operation } from "./operation.ts";
import { generatedBy, strength, technique, wording } from "./words.ts";

/** One thing that the requirement says about one field. */
const rule = z.object({
  id: z.string().describe("R1, R2 … within the spec"),
  subject: z.string().describe("The words of the sentence: the age of an applicant"),
  field: z
    .string()
    .regex(/^[a-z][A-Za-z0-9]*$/)
    .describe("An identifier made from them: age"),
  strength,
  constraint,
});

/** A long value, written short: `{ "$repeat": "a", "$times": 65536 }`; with a list, the list repeated. */
export const repeatedInput = z.object({
  $repeat: z.union([z.string(), z.array(z.string()).min(1)]),
  $times: z.number().int().nonnegative(),
});

/** The input of a case: a JSON value, or a {@link repeatedInput} where it would be long. */
const caseInput = z.union([repeatedInput, z.json()]);

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
