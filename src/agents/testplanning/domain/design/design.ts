import { accepts } from "../accepts.ts";
import type { Json, Samples, Single } from "../constraint.ts";
import type { ReadRule } from "../reading/merge.ts";
import type { BoundaryDraft, CaseInput, ClassDraft, Draft, Passes, Repeated, Technique } from "./draft.ts";
import { designLength } from "./length-tests.ts";
import {
  designComparison,
  designDecision,
  designEnumeration,
  designPresence,
  designType,
  designUnique,
} from "./list-tests.ts";
import { designRange } from "./range-tests.ts";
import { designTemporal, designText } from "./text-tests.ts";

export interface EquivalenceClass {
  readonly id: string;
  readonly ruleId: string;
  readonly valid: boolean;
  readonly range: string;
}

export interface BoundaryValue extends BoundaryDraft {
  readonly ruleId: string;
}

export interface TestCase {
  readonly id: string;
  readonly requirementId: string;
  readonly ruleId: string;
  readonly classId: string;
  readonly title: string;
  readonly input: CaseInput;
  readonly expected: "accept" | "reject";
  readonly technique: Technique;
}

interface Design {
  readonly classes: readonly EquivalenceClass[];
  readonly boundaryValues: readonly BoundaryValue[];
  readonly cases: readonly TestCase[];
}

/**
 * Derives the tests of all rules. Three things always hold: every class has a case, no input is used twice for
 * a rule, and what a case expects is what its rule says of the input.
 */
export function design(requirementId: string, rules: readonly ReadRule[]): Design {
  const classes: EquivalenceClass[] = [];
  const boundaryValues: BoundaryValue[] = [];
  const cases: TestCase[] = [];
  for (const rule of rules) {
    const draft = draftOf(rule);
    const used = new Set<string>();
    for (const each of draft.classes) {
      const probes = distinct(each, used, (input) => accepts(rule.constraint, rule.field, input));
      if (probes.length === 0) continue;
      const classId = `C${classes.length + 1}`;
      classes.push({ id: classId, ruleId: rule.id, valid: each.valid, range: each.range });
      for (const { input, technique, title } of probes) {
        const id = `${requirementId}-TC${String(cases.length + 1).padStart(2, "0")}`;
        const expected = accepts(rule.constraint, rule.field, input) ? "accept" : "reject";
        cases.push({
          id,
          requirementId,
          ruleId: rule.id,
          classId,
          title,
          input: short(input),
          expected,
          technique,
        });
      }
    }
    boundaryValues.push(...draft.boundaries.map(({ value, accept }) => ({ ruleId: rule.id, value, accept })));
  }
  return { classes, boundaryValues, cases };
}

/** Inputs that no earlier case of the rule has, and on which the rule agrees with the class. */
function distinct(draft: ClassDraft, used: Set<string>, fits: Passes): ClassDraft["probes"] {
  return draft.probes.filter(({ input }) => {
    const key = JSON.stringify(input);
    if (used.has(key) || fits(input) !== draft.valid) return false;
    used.add(key);
    return true;
  });
}

function draftOf(rule: ReadRule): Draft {
  const { constraint, field, samples } = rule;
  if (constraint.kind !== "all") return draftSingle(constraint, field, () => true, samples);
  const drafts = constraint.of.map((part, index) =>
    draftSingle(
      part,
      field,
      (input) => constraint.of.every((other, at) => at === index || accepts(other, field, input)),
      samples,
    ),
  );
  return {
    classes: drafts.flatMap(({ classes }) => classes),
    boundaries: drafts.flatMap(({ boundaries }) => boundaries),
  };
}

function draftSingle(constraint: Single, field: string, passes: Passes, samples: Samples): Draft {
  switch (constraint.kind) {
    case "range":
      return designRange(constraint, passes);
    case "length":
      return designLength(constraint, passes, samples);
    case "enumeration":
      return designEnumeration(constraint, passes);
    case "presence":
      return designPresence(constraint, field);
    case "format":
    case "pattern":
      return designText(constraint, passes, samples);
    case "type":
      return designType(constraint, passes);
    case "temporal":
      return designTemporal(constraint, passes);
    case "comparison":
      return designComparison(constraint);
    case "unique":
      return designUnique();
    case "decision":
      return designDecision(constraint);
    default:
      return constraint satisfies never;
  }
}

const longest = 200;

/** Long text and long lists are written as what they repeat. */
export function short(input: Json): CaseInput {
  if (typeof input === "string" && input.length > longest) return repeated(input) ?? input;
  if (
    Array.isArray(input) &&
    input.length > longest &&
    input.every((item) => item === input[0]) &&
    typeof input[0] === "string"
  )
    return { $repeat: [input[0]], $times: input.length };
  return input;
}

function repeated(text: string): CaseInput | null {
  for (let period = 1; period <= 16; period += 1) {
    const unit = text.slice(0, period);
    if (text.length % period === 0 && unit.repeat(text.length / period) === text)
      return { $repeat: unit, $times: text.length / period };
  }
  return null;
}

/** The input that a case stands for. */
export function expand(input: CaseInput): Json {
  if (!isRepeated(input)) return input;
  const { $repeat, $times } = input;
  return typeof $repeat === "string"
    ? $repeat.repeat($times)
    : Array.from({ length: $times }, () => $repeat).flat();
}

export function isRepeated(input: CaseInput): input is Repeated {
  return (
    typeof input === "object" &&
    input !== null &&
    !Array.isArray(input) &&
    "$repeat" in input &&
    "$times" in input
  );
}

export function techniquesOf(cases: readonly TestCase[]): Technique[] {
  return [...new Set(cases.map(({ technique }) => technique))];
}
