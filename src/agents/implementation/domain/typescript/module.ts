import { describeRule } from "../describe.ts";
import type { CoveredCase, GeneratedCode, Wording } from "../generated-code.ts";
import type { Plan, Unit } from "../plan.ts";
import type { Case, Constraint } from "../spec.ts";
import { plainLine, wrap } from "../text.ts";
import { tsInput, tsString } from "./literal.ts";
import { tsPredicate } from "./predicate.ts";

type Planned = Extract<Plan, { at: "planned" }>;

/**
 * Writes the code and the tests as TypeScript that Node runs as it is (types can be stripped), with no
 * dependency: `node --test` in the folder of the files runs every case.
 */
export function generateTypeScript(plan: Planned, wording: Wording): GeneratedCode {
  const source = `${plan.stem}-rules.ts`;
  const test = `${plan.stem}-rules.test.ts`;
  const tested = plan.units.filter((unit) => unit.cases.length > 0);
  return {
    files: [
      { path: source, role: "source", content: sourceText(plan, wording) },
      { path: test, role: "test", content: testText(tested, source) },
    ],
    tests: tested.flatMap((unit) => unit.cases.map((each) => covered(each, test))),
  };
}

function sourceText(plan: Planned, wording: Wording): string {
  const header = docComment([plan.requirement, wording.summary]);
  const helpers = HELPERS.filter(({ kind }) => plan.units.some((unit) => uses(unit.rule.constraint, kind)));
  const functions = plan.units.map(functionText);
  return `${[header, ...functions, ...helpers.map(({ text }) => text)].join("\n\n")}\n`;
}

function functionText(unit: Unit): string {
  const body = tsPredicate(unit.rule.constraint, unit.rule.field);
  const lines = [...body.lines, `return ${body.verdict};`].map((line) => `  ${line}`);
  return [
    docComment([describeRule(unit.rule)]),
    `export function ${functionName(unit)}(value: unknown): boolean {`,
    ...lines,
    "}",
  ].join("\n");
}

function testText(units: readonly Unit[], source: string): string {
  const names = units.map(functionName);
  const list = names.length <= 3 ? `{ ${names.join(", ")} }` : `{\n  ${names.join(",\n  ")},\n}`;
  const head = [
    'import assert from "node:assert/strict";',
    'import { test } from "node:test";',
    "",
    `import ${list} from "./${source}";`,
  ];
  const tests = units.flatMap((unit) => unit.cases.map((each) => testFunction(unit, each)));
  return `${[head.join("\n"), ...tests].join("\n\n")}\n`;
}

function testFunction(unit: Unit, each: Case): string {
  return [
    `test(${tsString(testName(each))}, () => {`,
    `  assert.equal(${functionName(unit)}(${tsInput(each.input)}), ${each.expected === "accept"});`,
    "});",
  ].join("\n");
}

function covered(each: Case, file: string): CoveredCase {
  return { caseId: each.id, requirementId: each.requirementId, file, name: testName(each) };
}

function testName(each: Case): string {
  return plainLine(`${each.id}: ${each.title}`);
}

function functionName(unit: Unit): string {
  const [first = "accepts", ...rest] = unit.name;
  return first + rest.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
}

function docComment(paragraphs: readonly string[]): string {
  const [only, ...more] = paragraphs.flatMap((paragraph) => wrap(paragraph.replaceAll("*/", "* /"), 96));
  if (only !== undefined && more.length === 0) return `/** ${only} */`;
  const lines = paragraphs
    .map((paragraph) => wrap(paragraph.replaceAll("*/", "* /"), 96).map((line) => ` * ${line}`))
    .filter((paragraph) => paragraph.length > 0)
    .flatMap((paragraph, index) => (index === 0 ? paragraph : [" *", ...paragraph]));
  return ["/**", ...lines, " */"].join("\n");
}

function uses(constraint: Constraint, kind: string): boolean {
  if (constraint.kind === "all") return constraint.of.some((part) => uses(part, kind));
  return constraint.kind === "temporal" ? constraint.of === kind : constraint.kind === kind;
}

/** Functions that a predicate calls, written once at the end of the file where one needs them. */
const HELPERS = [
  {
    kind: "date",
    text: `/** A date that the calendar has: 2026-02-30 is none. */
function isDate(text: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) || text.startsWith("0000")) return false;
  const time = Date.parse(\`\${text}T00:00:00Z\`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}`,
  },
  {
    kind: "unique",
    text: `/** Equal JSON values have equal canonical texts; the order of an object's keys does not count. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return \`[\${value.map(canonical).join(",")}]\`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return \`{\${entries.map(([key, each]) => \`\${JSON.stringify(key)}:\${canonical(each)}\`).join(",")}}\`;
}`,
  },
] as const;
