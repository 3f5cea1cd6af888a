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
  const base = { requirementId, requirement };
  const reading = read(requirement);
  if (reading.at === "untestable") return { ...base, ...untestable(reading.reason) };
  const tests = design(requirementId, reading.rules);
  const idle = reading.rules.find(({ id }) => isOneSided(id, tests.cases));
  if (idle !== undefined)
    return {
      ...base,
      ...untestable(
        `Of "${idle.subject}" no value is known that meets all that is asked of it. Say each rule as a requirement of its own.`,
      ),
    };
  return {
    ...base,
    testable: true,
    reason: null,
    assumptions: reading.assumptions,
    rules: reading.rules.map(withoutSamples),
    ...tests,
  };
}

/** A rule that accepts nothing, or all, tells no right code from wrong: "at most 18, and starts with a letter". */
function isOneSided(ruleId: string, cases: readonly TestCase[]): boolean {
  return new Set(cases.filter((each) => each.ruleId === ruleId).map(({ expected }) => expected)).size < 2;
}

function untestable(reason: string) {
  const nothing = { assumptions: [], rules: [], classes: [], boundaryValues: [], cases: [] } as const;
  return { testable: false, reason, ...nothing };
}

function withoutSamples({ id, subject, field, strength, constraint }: ReadRule): Rule {
  return { id, subject, field, strength, constraint };
}
