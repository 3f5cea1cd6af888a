import { accepts, PatternUndecided } from "./evaluate.ts";
import type { MatchPattern } from "./evaluate.ts";
import { pythonPattern } from "./portable-pattern.ts";
import { expand, kindsOf } from "./spec.ts";
import type { Case, Constraint, Rule, Specification } from "./spec.ts";

/** What will be written: one function per rule, each with the cases it has to pass; or why nothing will be. */
export type Plan =
  | {
      readonly at: "planned";
      readonly stem: string;
      readonly requirement: string;
      readonly units: readonly Unit[];
    }
  | { readonly at: "skipped"; readonly reason: string };

/** One function to be. `name` is in words; each language joins them its own way. */
export type Unit = { readonly name: readonly string[]; readonly rule: Rule; readonly cases: readonly Case[] };

/** Longest input that is written out, in characters or elements. */
const MAX_INPUT = 2_000_000;

/**
 * Plans the code of a specification. A specification whose own cases contradict its rules is not carried out:
 * whatever was generated, some of the tests would have to fail.
 */
export function planCode(spec: Specification, matches: MatchPattern): Plan {
  if (!spec.testable) return skip(spec.reason ?? "the specification says that nothing in it can be tested");
  if (spec.rules.length === 0) return skip("the specification has no rules");
  if (spec.cases.length === 0) return skip("the specification has no cases, so the code could not be tested");
  const problem = firstProblem(spec, matches);
  if (problem !== undefined) return skip(problem);
  const names = unitNames(spec.rules);
  const units = spec.rules.map((rule, index) => ({
    name: names[index] ?? ["accepts", `rule${index + 1}`],
    rule,
    cases: spec.cases.filter((each) => each.ruleId === rule.id),
  }));
  return {
    at: "planned",
    stem: wordsOf(spec.rules[0]?.field ?? "value").join("-"),
    requirement: spec.requirement,
    units,
  };
}

/** The words of an identifier in camel case, in lower case: `maxAge` → max, age. */
function wordsOf(identifier: string): readonly string[] {
  return identifier
    .slice(0, 60)
    .split(/(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
}

function firstProblem(spec: Specification, matches: MatchPattern): string | undefined {
  try {
    const problem = problems(spec, matches).next();
    return problem.done === true ? undefined : problem.value;
  } catch (error) {
    if (error instanceof PatternUndecided) return error.message;
    throw error;
  }
}

function* problems(spec: Specification, matches: MatchPattern): Generator<string> {
  const rules = new Map(spec.rules.map((rule) => [rule.id, rule]));
  if (rules.size !== spec.rules.length) yield "two rules of the specification have the same id";
  if (new Set(spec.cases.map((each) => each.id)).size !== spec.cases.length) {
    yield "two cases of the specification have the same id";
  }
  if (spec.cases.some((each) => each.id === "")) yield "a case of the specification has no id";
  for (const { id, constraint } of spec.rules) {
    const pattern = patternsOf(constraint).find((each) => pythonPattern(each) === null);
    if (pattern !== undefined)
      yield `rule ${id} has a pattern that is not the same in every language: ${pattern}`;
    const [one, other] = kindsOf(constraint);
    if (other !== undefined) yield `rule ${id} asks for ${one} and ${other} at once, which no value is`;
  }
  for (const each of spec.cases) {
    const rule = rules.get(each.ruleId);
    const problem =
      rule === undefined ? `names rule ${each.ruleId}, which is not there` : problemOf(each, rule, matches);
    if (problem !== undefined) yield `case ${each.id} ${problem}`;
  }
}

function problemOf(each: Case, rule: Rule, matches: MatchPattern): string | undefined {
  if (inputSize(each) > MAX_INPUT) return `has an input longer than ${MAX_INPUT} characters`;
  const accepted = accepts(rule, expand(each.input), matches);
  if (accepted === (each.expected === "accept")) return undefined;
  return `expects "${each.expected}", but rule ${rule.id} (${rule.constraint.kind}) ${accepted ? "accepts" : "rejects"} its input`;
}

function patternsOf(constraint: Constraint): readonly string[] {
  if (constraint.kind === "all") return constraint.of.flatMap(patternsOf);
  return constraint.kind === "pattern" ? [constraint.pattern] : [];
}

function inputSize({ input }: Case): number {
  if (input.kind === "value") return 0;
  const unit =
    typeof input.unit === "string"
      ? input.unit.length
      : input.unit.reduce((sum, text) => sum + text.length + 1, 0);
  return unit * input.times;
}

/** `accepts age`; with the place of the rule where two names would be the same. */
function unitNames(rules: readonly Rule[]): readonly (readonly string[])[] {
  const short = rules.map((rule) => ["accepts", ...wordsOf(rule.field)]);
  const texts = short.map((name) => name.join(" "));
  const numbered = short.map((name, index) => [...name, `rule${index + 1}`]);
  const mixed = short.map((name, index) =>
    texts.filter((text) => text === texts[index]).length === 1 ? name : (numbered[index] ?? name),
  );
  // A field may itself be called ageRule2; then every name takes its number.
  return new Set(mixed.map((name) => name.join(" "))).size === mixed.length ? mixed : numbered;
}

function skip(reason: string): Plan {
  return { at: "skipped", reason };
}
