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
import { tsKey, tsLiteral, tsPattern, tsString } from "./literal.ts";

const NOT_TEXT = 'if (typeof value !== "string") return false;';
const NOT_OBJECT = 'if (typeof value !== "object" || value === null || Array.isArray(value)) return false;';

/** The body of a predicate over `value: unknown`. `part` tells the local names of several constraints apart. */
export function tsPredicate(constraint: Constraint, field: string, part = ""): Body {
  switch (constraint.kind) {
    case "range":
      return rangeBody(constraint);
    case "length":
      return lengthBody(constraint, `length${part}`);
    case "enumeration":
      return enumerationBody(constraint, part);
    case "presence": {
      const present = `Object.hasOwn(value, ${tsString(field)})`;
      return { lines: [NOT_OBJECT], verdict: constraint.required ? present : `!${present}` };
    }
    case "pattern":
      return { lines: [NOT_TEXT], verdict: `${tsPattern(constraint.pattern)}.test(value)` };
    case "type":
      return { lines: [], verdict: typeVerdict(constraint.type) };
    case "temporal":
      return temporalBody(constraint, part);
    case "comparison": {
      const operator = { "=": "===", "!=": "!==", "<": "<", "<=": "<=", ">": ">", ">=": ">=" }[
        constraint.operator
      ];
      const [left, right] = [`left${part}`, `right${part}`];
      const fields = `{ ${tsKey(constraint.left)}: ${left}, ${tsKey(constraint.right)}: ${right} }`;
      return {
        lines: [
          NOT_OBJECT,
          `const ${fields} = value as Record<string, unknown>;`,
          `if (typeof ${left} !== "number" || typeof ${right} !== "number") return false;`,
        ],
        verdict: `${left} ${operator} ${right}`,
      };
    }
    case "unique":
      return {
        lines: ["if (!Array.isArray(value)) return false;"],
        verdict: "new Set(value.map(canonical)).size === value.length",
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
  const check = range.whole ? "!Number.isInteger(value)" : "!Number.isFinite(value)";
  const lines = [`if (typeof value !== "number" || ${check}) return false;`];
  const step = range.multipleOf;
  const isExact = step === null || Number.isInteger(step);
  if (step !== null)
    lines.push(`if (${isExact ? `value % ${step} !== 0` : `!isMultiple(value, ${step})`}) return false;`);
  const inside = tsBounds(range, "value", String);
  const verdict = range.accepts === "inside" ? inside : `!(${inside})`;
  return { lines, verdict, uses: isExact ? [] : ["isMultiple"] };
}

/** The comparison with both bounds, e.g. `value >= 18 && value <= 65`. */
function tsBounds<T>(bounds: Bounds<T>, name: string, write: (bound: T) => string): string {
  const low = bounds.min === null ? [] : [`${name} ${bounds.minInclusive ? ">=" : ">"} ${write(bounds.min)}`];
  const high =
    bounds.max === null ? [] : [`${name} ${bounds.maxInclusive ? "<=" : "<"} ${write(bounds.max)}`];
  return [...low, ...high].join(" && ") || "true";
}

function lengthBody(constraint: LengthConstraint, name: string): Body {
  const bounds = { min: constraint.min, max: constraint.max, minInclusive: true, maxInclusive: true };
  const measure = {
    // Spreading a string takes it apart by code points; .length would count UTF-16 units.
    characters: { lines: [NOT_TEXT], expression: "[...value].length" },
    octets: { lines: [NOT_TEXT], expression: "new TextEncoder().encode(value).length" },
    digits: { lines: [NOT_TEXT, "if (!/^[0-9]*$/.test(value)) return false;"], expression: "value.length" },
    words: { lines: [NOT_TEXT], expression: 'value.split(/\\s+/u).filter((word) => word !== "").length' },
    items: { lines: ["if (!Array.isArray(value)) return false;"], expression: "value.length" },
  }[constraint.of];
  if (constraint.min === null && constraint.max === null) return { lines: measure.lines, verdict: "true" };
  const exact = constraint.min !== null && constraint.min === constraint.max;
  return {
    lines: [...measure.lines, `const ${name} = ${measure.expression};`],
    verdict: exact ? `${name} === ${constraint.min}` : tsBounds(bounds, name, String),
  };
}

function enumerationBody(constraint: EnumerationConstraint, part: string): Body {
  const fold = !constraint.caseSensitive && constraint.values.some((value) => typeof value === "string");
  const values = constraint.values.map((value) =>
    fold && typeof value === "string" ? value.toLowerCase() : value,
  );
  const lines = [`const listed${part}: readonly unknown[] = ${tsLiteral(values)};`];
  const found = `listed${part}.includes(${fold ? "inLowerCase(value)" : "value"})`;
  const verdict = constraint.accepts === "listed" ? found : `!${found}`;
  return { lines, verdict, uses: fold ? ["inLowerCase"] : [] };
}

function temporalBody(constraint: TemporalConstraint, part: string): Body {
  if (constraint.of === "date") {
    // Dates of this form sort as text.
    const lines = [NOT_TEXT, "if (!isDate(value)) return false;"];
    return { lines, verdict: tsBounds(constraint, "value", tsString), uses: ["isDate"] };
  }
  const name = `time${part}`;
  const lines = [NOT_TEXT, "if (!/^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$/.test(value)) return false;"];
  if (constraint.min === null && constraint.max === null) return { lines, verdict: "true" };
  lines.push(`const ${name} = value.length === 5 ? \`\${value}:00\` : value;`);
  return { lines, verdict: tsBounds(constraint, name, (bound) => tsString(withSeconds(bound))) };
}

function typeVerdict(type: TypeConstraint["type"]): string {
  switch (type) {
    case "integer":
      return "Number.isInteger(value)";
    case "number":
      return "Number.isFinite(value)";
    case "array":
      return "Array.isArray(value)";
    case "object":
      return 'typeof value === "object" && value !== null && !Array.isArray(value)';
    case "string":
    case "boolean":
      return `typeof value === "${type}"`;
    default:
      return type satisfies never;
  }
}

function decisionBody(constraint: DecisionConstraint, part: string): Body {
  const rows = constraint.table.map((row) => `  { when: ${tsLiteral(row.when)}, then: ${row.then} },`);
  const input = `input${part}`;
  return {
    lines: [
      NOT_OBJECT,
      `const ${input} = value as Record<string, unknown>;`,
      `const table${part}: readonly { when: Record<string, boolean>; then: boolean }[] = [`,
      ...rows,
      "];",
      `const row${part} = table${part}.find(({ when }) =>`,
      `  Object.entries(when).every(([name, on]) => ${input}[name] === on),`,
      ");",
    ],
    verdict: `row${part}?.then ?? false`,
  };
}

function allBody(parts: readonly Constraint[], field: string): Body {
  const bodies = parts.map((part, index) => tsPredicate(part, field, String(index + 1)));
  const lines = bodies.flatMap((body, index) =>
    index === bodies.length - 1 ? body.lines : [...body.lines, `if (!(${body.verdict})) return false;`],
  );
  const uses = bodies.flatMap((body) => body.uses ?? []);
  return { lines: withoutRepeats(lines), verdict: bodies.at(-1)?.verdict ?? "true", uses };
}

/** Two constraints on a text both begin by asking whether it is one; once is enough. */
function withoutRepeats(lines: readonly string[]): readonly string[] {
  return lines.filter((line, index) => !line.startsWith("if (") || lines.indexOf(line) === index);
}
