import { describeRule } from "../describe.ts";
import type { Body, CoveredCase, GeneratedCode, Wording } from "../generated-code.ts";
import type { Plan, Unit } from "../plan.ts";
import type { Case } from "../spec.ts";
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
  const written = plan.units.map((unit) => ({
    unit,
    body: tsPredicate(unit.rule.constraint, unit.rule.field),
  }));
  const functions = written.map(({ unit, body }) => functionText(unit, body));
  const used = new Set(written.flatMap(({ body }) => body.uses ?? []));
  const helpers = HELPERS.filter(({ name }) => used.has(name));
  return `${[header, ...functions, ...helpers.map(({ text }) => text)].join("\n\n")}\n`;
}

function functionText(unit: Unit, body: Body): string {
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
  const wrapped = paragraphs.map((paragraph) => wrap(inComment(paragraph), 96));
  const [only, ...more] = wrapped.flat();
  if (only !== undefined && more.length === 0) return `/** ${only} */`;
  const lines = wrapped
    .map((paragraph) => paragraph.map((line) => ` * ${line}`))
    .filter((paragraph) => paragraph.length > 0)
    .flatMap((paragraph, index) => (index === 0 ? paragraph : [" *", ...paragraph]));
  return ["/**", ...lines, " */"].join("\n");
}

/** Text that cannot end the comment it stands in, nor give the compiler orders (`@ts-expect-error`). */
function inComment(text: string): string {
  return plainLine(text).replaceAll("*/", "* /").replaceAll("@ts-", "@ ts-");
}

/** Functions that a predicate calls, written once at the end of the file where one needs them. */
const HELPERS = [
  {
    name: "isMultiple",
    text: `/** Decimal steps are not exact in binary: 0.3 is a multiple of 0.1, although 0.3 / 0.1 is not 3. */
function isMultiple(value: number, step: number): boolean {
  const quotient = value / step;
  const off = Math.abs(quotient - Math.round(quotient));
  return off <= Math.max(1e-9, Math.abs(quotient) * Number.EPSILON);
}`,
  },
  {
    name: "inLowerCase",
    text: `/** Upper and lower case of a text are the same; what is no text stays as it is. */
function inLowerCase(value: unknown): unknown {
  return typeof value === "string" ? value.toLowerCase() : value;
}`,
  },
  {
    name: "isDate",
    text: `/** A date that the calendar has: 2026-02-30 is none. */
function isDate(text: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) || text.startsWith("0000")) return false;
  const time = Date.parse(\`\${text}T00:00:00Z\`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}`,
  },
  {
    name: "canonical",
    text: `/** Equal JSON values have equal canonical texts; the order of an object's keys does not count. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return \`[\${value.map(canonical).join(",")}]\`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return \`{\${entries.map(([key, each]) => \`\${JSON.stringify(key)}:\${canonical(each)}\`).join(",")}}\`;
}`,
  },
] as const;
