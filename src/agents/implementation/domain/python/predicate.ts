import type { Body } from "../generated-code.ts";
import type {
  Bounds,
  Constraint,
  DecisionConstraint,
  EnumerationConstraint,
  LengthConstraint,
  RangeConstraint,
  TemporalConstraint,
  TypeConstraint,
} from "../spec.ts";
import { withSeconds } from "../temporal.ts";
import { pythonPattern } from "../portable-pattern.ts";
import { pyLiteral, pyPattern, pyString } from "./literal.ts";

const NOT_TEXT = ["if not isinstance(value, str):", "    return False"];
const NOT_OBJECT = ["if not isinstance(value, dict):", "    return False"];
const NOT_LIST = ["if not isinstance(value, list):", "    return False"];
const NOT_NUMBER = ["if not is_number(value):", "    return False"];

/** The body of a predicate over `value: object`. `part` tells the local names of several constraints apart. */
export function pyPredicate(constraint: Constraint, field: string, part = ""): Body {
  switch (constraint.kind) {
    case "range":
      return rangeBody(constraint);
    case "length":
      return lengthBody(constraint, `length${part}`);
    case "enumeration":
      return enumerationBody(constraint, part);
    case "presence":
      return {
        lines: NOT_OBJECT,
        verdict: `${pyString(field)} ${constraint.required ? "in" : "not in"} value`,
      };
    case "pattern": {
      // Only what has one is planned. ASCII: \d and \w mean in ECMAScript what they mean here with this flag.
      const pattern = pyPattern(pythonPattern(constraint.pattern) ?? constraint.pattern);
      return { lines: NOT_TEXT, verdict: `re.search(${pattern}, value, re.ASCII) is not None`, uses: ["re"] };
    }
    case "type":
      return typeBody(constraint.type);
    case "temporal":
      return temporalBody(constraint, part);
    case "comparison": {
      const operator = constraint.operator === "=" ? "==" : constraint.operator;
      const [left, right] = [`left${part}`, `right${part}`];
      return {
        lines: [
          ...NOT_OBJECT,
          `${left} = value.get(${pyString(constraint.left)})`,
          `${right} = value.get(${pyString(constraint.right)})`,
          `if not is_number(${left}) or not is_number(${right}):`,
          "    return False",
        ],
        verdict: `${left} ${operator} ${right}`,
        uses: ["is_number"],
      };
    }
    case "unique":
      return {
        lines: NOT_LIST,
        verdict: "len({canonical(item) for item in value}) == len(value)",
        uses: ["canonical"],
      };
    case "decision":
      return decisionBody(constraint, part);
    case "all":
      return allBody(constraint.of, field);
    default:
      return constraint satisfies never;
  }
}

function rangeBody(range: RangeConstraint): Body {
  const lines = [...NOT_NUMBER];
  if (range.whole) lines.push("if value != int(value):", "    return False");
  const step = range.multipleOf;
  const isExact = step === null || Number.isInteger(step);
  if (step !== null)
    lines.push(
      `if ${isExact ? `value % ${step} != 0` : `not is_multiple(value, ${step})`}:`,
      "    return False",
    );
  const inside = pyBounds(range, "value", String);
  const verdict = range.accepts === "inside" ? inside : `not (${inside})`;
  return { lines, verdict, uses: isExact ? ["is_number"] : ["is_number", "is_multiple"] };
}

/** The comparison with both bounds, e.g. `18 <= value <= 65`. */
function pyBounds<T>(bounds: Bounds<T>, name: string, write: (bound: T) => string): string {
  const low = bounds.min === null ? "" : `${write(bounds.min)} ${bounds.minInclusive ? "<=" : "<"} `;
  const high = bounds.max === null ? "" : ` ${bounds.maxInclusive ? "<=" : "<"} ${write(bounds.max)}`;
  return low === "" && high === "" ? "True" : `${low}${name}${high}`;
}

function lengthBody(constraint: LengthConstraint, name: string): Body {
  const bounds = { min: constraint.min, max: constraint.max, minInclusive: true, maxInclusive: true };
  const { expression, ...measure } = {
    characters: { lines: NOT_TEXT, expression: "len(value)", uses: [] },
    octets: { lines: NOT_TEXT, expression: 'len(value.encode("utf-8", "surrogatepass"))', uses: [] },
    digits: {
      lines: [...NOT_TEXT, 'if re.fullmatch("[0-9]*", value) is None:', "    return False"],
      expression: "len(value)",
      uses: ["re"],
    },
    words: { lines: NOT_TEXT, expression: "len(words_of(value))", uses: ["words_of"] },
    items: { lines: NOT_LIST, expression: "len(value)", uses: [] },
  }[constraint.of];
  if (constraint.min === null && constraint.max === null) return { ...measure, verdict: "True" };
  const exact = constraint.min !== null && constraint.min === constraint.max;
  return {
    ...measure,
    lines: [...measure.lines, `${name} = ${expression}`],
    verdict: exact ? `${name} == ${constraint.min}` : pyBounds(bounds, name, String),
  };
}

/** True equals 1 in Python and does not in JSON, so that the kind of the value is compared as well. */
function enumerationBody(constraint: EnumerationConstraint, part: string): Body {
  const fold = !constraint.caseSensitive;
  const values = constraint.values.map((value) =>
    fold && typeof value === "string" ? value.toLowerCase() : value,
  );
  const candidate = fold ? "value.lower() if isinstance(value, str) else value" : "value";
  const found = `any(is_same(item, candidate${part}) for item in listed${part})`;
  return {
    lines: [`listed${part} = ${pyLiteral(values)}`, `candidate${part} = ${candidate}`],
    verdict: constraint.accepts === "listed" ? found : `not ${found}`,
    uses: ["is_same"],
  };
}

function temporalBody(constraint: TemporalConstraint, part: string): Body {
  if (constraint.of === "date") {
    // Dates of this form sort as text.
    const lines = [...NOT_TEXT, "if not is_date(value):", "    return False"];
    return { lines, verdict: pyBounds(constraint, "value", pyString), uses: ["is_date"] };
  }
  const name = `time${part}`;
  const lines = [
    ...NOT_TEXT,
    'if re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?", value) is None:',
    "    return False",
  ];
  const uses = ["re"];
  if (constraint.min === null && constraint.max === null) return { lines, verdict: "True", uses };
  lines.push(`${name} = value + ":00" if len(value) == 5 else value`);
  return { lines, verdict: pyBounds(constraint, name, (bound) => pyString(withSeconds(bound))), uses };
}

function typeBody(type: TypeConstraint["type"]): Body {
  switch (type) {
    case "integer":
      return { lines: NOT_NUMBER, verdict: "value == int(value)", uses: ["is_number"] };
    case "number":
      return { lines: [], verdict: "is_number(value)", uses: ["is_number"] };
    case "array":
      return { lines: [], verdict: "isinstance(value, list)" };
    case "object":
      return { lines: [], verdict: "isinstance(value, dict)" };
    case "string":
      return { lines: [], verdict: "isinstance(value, str)" };
    case "boolean":
      return { lines: [], verdict: "isinstance(value, bool)" };
    default:
      return type satisfies never;
  }
}

function decisionBody(constraint: DecisionConstraint, part: string): Body {
  const rows = constraint.table.map((row) => `    (${pyLiteral(row.when)}, ${pyLiteral(row.then)}),`);
  return {
    lines: [
      ...NOT_OBJECT,
      `table${part} = [`,
      ...rows,
      "]",
      `for when, then in table${part}:`,
      "    if all(value.get(name) is on for name, on in when.items()):",
      `        decided${part} = then`,
      "        break",
      "else:",
      `    decided${part} = False`,
    ],
    verdict: `decided${part}`,
  };
}

function allBody(parts: readonly Constraint[], field: string): Body {
  const bodies = parts.map((part, index) => pyPredicate(part, field, String(index + 1)));
  const lines = bodies.flatMap((body, index) =>
    index === bodies.length - 1
      ? body.lines
      : [...body.lines, `if not (${body.verdict}):`, "    return False"],
  );
  const uses = bodies.flatMap((body) => body.uses ?? []);
  return { lines, verdict: bodies.at(-1)?.verdict ?? "True", uses };
}
