import { describeRule } from "../describe.ts";
import type { Body, CoveredCase, GeneratedCode, Wording } from "../generated-code.ts";
import type { Plan, Unit } from "../plan.ts";
import type { Case } from "../spec.ts";
import { SPACE } from "../portable-pattern.ts";
import { plainLine, wrap } from "../text.ts";
import { pyInput } from "./literal.ts";
import { pyPredicate } from "./predicate.ts";

type Planned = Extract<Plan, { at: "planned" }>;

/**
 * Writes the code and the tests as Python 3.9 or newer, with the standard library alone:
 * `python3 -m unittest` in the folder of the files runs every case.
 */
export function generatePython(plan: Planned, wording: Wording): GeneratedCode {
  const module = `${plan.stem.replaceAll("-", "_")}_rules`;
  const test = `test_${module}.py`;
  const tested = plan.units.filter((unit) => unit.cases.length > 0);
  const cases = tested.flatMap((unit) => unit.cases.map((each) => ({ unit, each })));
  return {
    files: [
      { path: `${module}.py`, role: "source", content: sourceText(plan, wording) },
      { path: test, role: "test", content: testText(module, tested, cases) },
    ],
    tests: cases.map(({ each }, index) => covered(each, index, test)),
  };
}

function sourceText(plan: Planned, wording: Wording): string {
  const written = plan.units.map((unit) => ({
    unit,
    body: pyPredicate(unit.rule.constraint, unit.rule.field),
  }));
  const functions = written.map(({ unit, body }) => functionText(unit, body));
  const used = new Set(written.flatMap(({ body }) => body.uses ?? []));
  const helpers = HELPERS.filter(({ name }) => used.has(name));
  const modules = new Set([...used, ...helpers.flatMap(({ uses }) => uses)]);
  const imports = MODULES.filter((name) => modules.has(name)).map((name) => `import ${name}\n`);
  const head = `${docString([plan.requirement, wording.summary], "")}\n`;
  const body = [...functions, ...helpers.map(({ text }) => text)].join("\n\n\n");
  return `${[head, ...(imports.length > 0 ? [imports.join("")] : [])].join("\n")}\n\n${body}\n`;
}

function functionText(unit: Unit, body: Body): string {
  const lines = [...body.lines, `return ${body.verdict}`].map((line) => `    ${line}`);
  return [
    `def ${unit.name.join("_")}(value: object) -> bool:`,
    docString([describeRule(unit.rule)], "    "),
    ...lines,
  ].join("\n");
}

type TestedCase = { readonly unit: Unit; readonly each: Case };

function testText(module: string, units: readonly Unit[], cases: readonly TestedCase[]): string {
  const names = units.map((unit) => `    ${unit.name.join("_")},`);
  const methods = cases.map(({ unit, each }, index) =>
    [
      `    def ${methodName(each, index)}(self) -> None:`,
      docString([`${each.id}: ${each.title}`], "        "),
      `        self.assertIs(${unit.name.join("_")}(${pyInput(each.input)}), ${each.expected === "accept" ? "True" : "False"})`,
    ].join("\n"),
  );
  return [
    "import unittest",
    "",
    `from ${module} import (`,
    ...names,
    ")",
    "",
    "",
    "class SpecificationCases(unittest.TestCase):",
    methods.join("\n\n"),
    "",
    "",
    'if __name__ == "__main__":',
    "    unittest.main()",
    "",
  ].join("\n");
}

function covered(each: Case, index: number, file: string): CoveredCase {
  return { caseId: each.id, requirementId: each.requirementId, file, name: methodName(each, index) };
}

/** Numbered, because two ids may differ in characters only that a name cannot have. */
function methodName(each: Case, index: number): string {
  const slug = each.id
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .slice(0, 60);
  return `test_${String(index + 1).padStart(3, "0")}_${slug}`;
}

function docString(paragraphs: readonly string[], indent: string): string {
  const text = paragraphs.map((paragraph) => plainLine(paragraph)).filter((paragraph) => paragraph !== "");
  const safe = text.map((paragraph) => escapeDoc(paragraph));
  const lines = safe.map((paragraph) =>
    wrap(paragraph, 90)
      .map((line) => `${indent}${line}`)
      .join("\n"),
  );
  const body = lines.join("\n\n").slice(indent.length);
  return body.includes("\n") ? `${indent}"""${body}\n${indent}"""` : `${indent}"""${body}"""`;
}

/** A quote is escaped where it could end the text with its neighbours; the others stay readable. */
function escapeDoc(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll(/"(?="|$)/g, '\\"');
}

const MODULES = ["datetime", "json", "math", "re", "sys"] as const;

/** Functions that a predicate calls, written once at the end of the file where one needs them. */
const HELPERS = [
  {
    name: "is_number",
    uses: ["sys"],
    text: `def is_number(value: object) -> bool:
    """A finite number; True and False are numbers to Python, but not in JSON."""
    is_numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_numeric and abs(value) <= sys.float_info.max`,
  },
  {
    name: "is_multiple",
    uses: ["math", "sys"],
    text: `def is_multiple(value: float, step: float) -> bool:
    """Decimal steps are not exact in binary: 0.3 is a multiple of 0.1, though 0.3 / 0.1 is not 3."""
    quotient = value / step
    if not math.isfinite(quotient):
        return False
    return abs(quotient - round(quotient)) <= max(1e-9, abs(quotient) * sys.float_info.epsilon)`,
  },
  {
    name: "words_of",
    uses: ["re"],
    text: `def words_of(text: str) -> "list[str]":
    """What stands between white space, as Unicode has it."""
    return re.findall(r"[^${SPACE}]+", text)`,
  },
  {
    name: "canonical",
    uses: ["json"],
    text: `def canonical(value: object) -> str:
    """Equal JSON values have equal canonical texts: 1.0 is 1, and the order of an object's keys does not count."""
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(json.dumps(key) + ":" + canonical(value[key]) for key in sorted(value)) + "}"
    return json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value)`,
  },
  {
    name: "is_same",
    uses: [],
    text: `def is_same(left: object, right: object) -> bool:
    """Equal as JSON values: True is not 1."""
    return left == right and isinstance(left, bool) == isinstance(right, bool)`,
  },
  {
    name: "is_date",
    uses: ["datetime", "re"],
    text: `def is_date(text: str) -> bool:
    """A date that the calendar has: 2026-02-30 is none."""
    if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True`,
  },
] as const;
