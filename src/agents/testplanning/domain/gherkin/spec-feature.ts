import type { Rule } from "../constraint.ts";
import type { TestCase } from "../design/design.ts";
import { describe } from "../wording.ts";
import { docString, oneLine, tag } from "./text.ts";

/** What a feature is made of. */
export interface Specified {
  readonly requirementId: string;
  readonly requirement: string;
  readonly title: string;
  readonly reason: string | null;
  readonly assumptions: readonly string[];
  readonly rules: readonly Rule[];
  readonly cases: readonly TestCase[];
  /** Of an operation of an API: its requests. */
  readonly operation?:
    | { readonly method: string; readonly path: string; readonly cases: readonly Request[] }
    | undefined;
}

/** A request with the status that it is to have; null where none is documented. */
interface Request {
  readonly id: string;
  readonly title: string;
  readonly technique: string;
  readonly status: string | null;
  readonly request: object | null;
  readonly arrange: string | null;
}

/** Longest value that stands in its step; a longer one is a doc string below it. */
const INLINE = 60;

/** A specification as a Gherkin feature: a rule for each of its rules, a scenario for each of its cases. */
export function featureOf(spec: Specified): string {
  const lines = [
    tag(spec.requirementId),
    `Feature: ${oneLine(spec.title)}`,
    `  Requirement ${spec.requirementId}: ${oneLine(spec.requirement, 4000)}`,
    ...(spec.reason === null ? [] : [`  Not testable: ${oneLine(spec.reason, 1000)}`]),
    ...spec.assumptions.map((text) => `  Read so: ${oneLine(text, 1000)}`),
    ...spec.rules.flatMap((rule) => [
      "",
      `  Rule: ${rule.id} ${oneLine(`${rule.subject}: ${describe(rule.constraint)}`)}`,
      ...spec.cases.filter(({ ruleId }) => ruleId === rule.id).flatMap((each) => scenario(rule, each)),
    ]),
    ...requests(spec.operation),
  ];
  return `${lines.join("\n")}\n`;
}

function scenario({ field }: Rule, { id, title, technique, input, expected }: TestCase): string[] {
  return [
    "",
    `    ${tag(id)} ${tag(technique)}`,
    `    Scenario: ${oneLine(title)}`,
    ...given(field, input),
    "      When it is checked",
    `      Then it is ${expected}ed`,
  ];
}

function requests(operation: Specified["operation"]): string[] {
  if (operation === undefined || operation.cases.length === 0) return [];
  const call = oneLine(`${operation.method} ${operation.path}`);
  return [
    "",
    `  Rule: The statuses of ${call}`,
    ...operation.cases.flatMap(({ id, title, technique, status, request, arrange }) => [
      "",
      `    ${tag(id)} ${tag(technique)}`,
      `    Scenario: ${oneLine(title)}`,
      ...(arrange === null ? [] : [`      Given so it is: ${oneLine(arrange)}`]),
      `      When ${call} is called${request === null ? "" : " with"}`,
      ...(request === null ? [] : docString(request, "        ")),
      `      Then the status is ${outcome(status)}`,
    ]),
  ];
}

function outcome(status: string | null): string {
  if (status === null) return "one that refuses it, although none is documented";
  return status === "default" ? "none of those that are documented by number" : status;
}

function given(field: string, input: TestCase["input"]): string[] {
  const text = JSON.stringify(input);
  if (typeof input === "object" && input !== null)
    return [`      Given ${field} is taken from`, ...docString(input, "        ")];
  // An invisible character in a step could not be told from none.
  return text.length <= INLINE && oneLine(text) === text
    ? [`      Given ${field} is ${text}`]
    : [`      Given ${field} is`, ...docString(input, "        ")];
}
