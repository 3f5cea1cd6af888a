import type { Constraint as PublishedConstraint, SpecGeneratedPayload } from "../../testplanning/events.ts";
import { repeatedInput } from "../../testplanning/events.ts";
import type { CaseInput, Constraint, Json, SingleConstraint, Specification } from "../domain/spec.ts";

/** Translates the published language of the test planning agent into this agent's own model. */
export function toSpecification(payload: SpecGeneratedPayload): Specification {
  const { specId, requirement, testable, reason } = payload;
  return {
    specId,
    requirement,
    testable,
    reason,
    rules: payload.rules.map((rule) => ({ ...rule, constraint: toConstraint(rule.constraint) })),
    cases: payload.cases.map((each) => ({
      id: each.id,
      requirementId: each.requirementId,
      ruleId: each.ruleId,
      title: each.title,
      input: toInput(each.input),
      expected: each.expected,
    })),
  };
}

function toConstraint(constraint: PublishedConstraint): Constraint {
  return constraint.kind === "all" ? { kind: "all", of: constraint.of.map(toSingle) } : toSingle(constraint);
}

/** Formats are patterns to this agent: the pattern is what the cases can tell apart of the format. */
function toSingle(constraint: Exclude<PublishedConstraint, { kind: "all" }>): SingleConstraint {
  switch (constraint.kind) {
    case "format": {
      const { pattern, format, reference } = constraint;
      return { kind: "pattern", pattern, label: `${format} (${reference})` };
    }
    case "pattern":
      return { kind: "pattern", pattern: constraint.pattern, label: constraint.description };
    case "range":
    case "length":
    case "enumeration":
    case "presence":
    case "type":
    case "temporal":
    case "comparison":
    case "unique":
    case "decision":
      return constraint;
    default:
      return constraint satisfies never;
  }
}

function toInput(input: SpecGeneratedPayload["cases"][number]["input"]): CaseInput {
  const repeated = repeatedInput.safeParse(input);
  if (repeated.success) return { kind: "repeat", unit: repeated.data.$repeat, times: repeated.data.$times };
  return { kind: "value", value: input as Json }; // checked as JSON by the published schema
}
