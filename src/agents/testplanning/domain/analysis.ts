import type { Rule } from "./constraint.ts";
import { type BoundaryValue, design, type EquivalenceClass, type TestCase } from "./design/design.ts";
import { read } from "./reading/read.ts";
import type { ReadRule } from "./reading/merge.ts";

/** Everything that code derives from a requirement. No model has a part in it. */
export interface Analysis {
  readonly requirementId: string;
  readonly requirement: string;
  readonly testable: boolean;
  readonly reason: string | null;
  readonly assumptions: readonly string[];
  readonly rules: readonly Rule[];
  readonly classes: readonly EquivalenceClass[];
  readonly boundaryValues: readonly BoundaryValue[];
  readonly cases: readonly TestCase[];
}

/** Derives rules, equivalence classes, boundary values and test cases from one requirement in English. */
export function analyse(requirementId: string, requirement: string): Analysis {
  const reading = read(requirement);
  const base = { requirementId, requirement };
  if (reading.at === "untestable")
    return {
      ...base,
      testable: false,
      reason: reading.reason,
      assumptions: [],
      rules: [],
      classes: [],
      boundaryValues: [],
      cases: [],
    };
  const tests = design(requirementId, reading.rules);
  return {
    ...base,
    testable: true,
    reason: null,
    assumptions: reading.assumptions,
    rules: reading.rules.map(withoutSamples),
    ...tests,
  };
}

function withoutSamples({ id, subject, field, strength, constraint }: ReadRule): Rule {
  return { id, subject, field, strength, constraint };
}
