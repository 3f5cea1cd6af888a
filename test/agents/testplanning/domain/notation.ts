import type { Constraint, Single } from "../../../../src/agents/testplanning/domain/constraint.ts";
import { analyse } from "../../../../src/agents/testplanning/domain/analysis.ts";

/** What was read from a sentence, in a line that a person can check: `age must [18,65] years`. */
export function readingOf(sentence: string): string {
  const { testable, rules } = analyse("REQ", sentence);
  if (!testable) return "not testable";
  return rules
    .map(({ field, strength, constraint }) => `${field} ${strength} ${constraintOf(constraint)}`)
    .join("; ");
}

function constraintOf(constraint: Constraint): string {
  return constraint.kind === "all" ? constraint.of.map(singleOf).join(" & ") : singleOf(constraint);
}

function singleOf(rule: Single): string {
  switch (rule.kind) {
    case "range": {
      const bounds = `${rule.minInclusive ? "[" : "("}${rule.min ?? ""},${rule.max ?? ""}${rule.maxInclusive ? "]" : ")"}`;
      const extra = [
        rule.whole ? "whole" : "",
        rule.multipleOf === null ? "" : `multiple of ${rule.multipleOf}`,
        rule.step === 1 ? "" : `step ${rule.step}`,
        rule.unit ?? "",
      ];
      return [rule.accepts === "outside" ? "not" : "", bounds, ...extra]
        .filter((part) => part !== "")
        .join(" ");
    }
    case "length":
      return `${rule.of} ${rule.min ?? ""}..${rule.max ?? ""}`;
    case "enumeration":
      return `${rule.accepts === "listed" ? "one of" : "none of"} ${JSON.stringify(rule.values)}${rule.caseSensitive ? "" : " in any case"}`;
    case "presence":
      return rule.required ? "present" : "absent";
    case "format":
      return `format ${rule.format}`;
    case "pattern":
      return rule.description;
    case "type":
      return `type ${rule.type}`;
    case "temporal":
      return `${rule.minInclusive ? "[" : "("}${rule.min ?? ""},${rule.max ?? ""}${rule.maxInclusive ? "]" : ")"}`;
    case "comparison":
      return `${rule.left} ${rule.operator} ${rule.right}`;
    case "unique":
      return "all different";
    case "decision":
      return rule.expression;
    default:
      return rule satisfies never;
  }
}
