import { accepts } from "../accepts.ts";
import type { Json, Range, Samples, Single } from "../constraint.ts";
import { isExact, plusSteps, stepOf } from "../decimal.ts";
import { knownFormats } from "../formats.ts";
import { refine } from "../reading/refine.ts";
import { usablePattern } from "./pattern.ts";
import type { Schema } from "./schema.ts";

/** What a schema says about one value, as constraints that tests are derived from. */
export interface ValueRule {
  readonly parts: readonly Single[];
  readonly samples: Samples;
  readonly notes: readonly string[];
}

/** Longer values are not made. */
const MAX_LENGTH = 100_000;
const MAX_ITEMS = 500;
/** Lengths beyond are not combined with a pattern: the two together could take long to decide. */
const MAX_WITH_PATTERN = 1000;
const INT32 = { min: -2_147_483_648, max: 2_147_483_647 };
/** What OpenAPI calls a format and a public standard calls otherwise. */
const FORMATS: Readonly<Record<string, string>> = { byte: "base64", hostname: "hostname", uri: "uri" };

export function valueRule(schema: Schema): ValueRule {
  const texts = schema.examples.filter((each) => typeof each === "string");
  const none: Samples = { valid: texts, invalid: [] };
  if (schema.values !== null) {
    const { parts } = valueRule({ ...schema, values: null });
    const values = schema.values.filter((value) => parts.every((part) => accepts(part, "", value)));
    if (values.length === 0) return { parts: [], samples: none, notes: ["a list without plain values"] };
    return {
      parts: [{ kind: "enumeration", values, caseSensitive: true, accepts: "listed" }],
      samples: none,
      notes: [],
    };
  }
  switch (schema.type) {
    case "integer":
    case "number":
      return numeric(schema, none);
    case "string":
      return textual(schema, texts);
    case "boolean":
      return { parts: [{ kind: "type", type: "boolean" }], samples: none, notes: [] };
    case "array":
      return listRules(schema, none);
    case "object":
    case null:
      return { parts: [], samples: none, notes: [] };
    default:
      return schema.type satisfies never;
  }
}

function numeric(schema: Schema, samples: Samples): ValueRule {
  const whole = schema.type === "integer";
  const short = whole && schema.format === "int32" ? INT32 : { min: null, max: null };
  const [min, max] = [schema.min ?? short.min, schema.max ?? short.max];
  const { multipleOf } = schema;
  const decimals = Math.max(...[min, max, multipleOf].map((each) => (each === null ? 0 : decimalsOf(each))));
  const range: Range = {
    kind: "range",
    min,
    minInclusive: schema.minInclusive,
    max,
    maxInclusive: schema.maxInclusive,
    step: whole ? 1 : stepOf(Math.max(multipleOf === null ? 2 : 0, decimals)),
    whole,
    multipleOf,
    accepts: "inside",
    unit: null,
  };
  const far = [min, max].some((end) => end !== null && !isExact(end, range.step));
  if (!far) return { parts: [refine(range)], samples, notes: [] };
  const notes = ["a bound beyond 2^53, where neighbouring numbers cannot be told apart in JSON"];
  return { parts: [{ kind: "type", type: whole ? "integer" : "number" }], samples, notes };
}

function decimalsOf(value: number): number {
  const [, digits = "", exponent = "0"] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/u.exec(String(value)) ?? [];
  return Math.min(12, Math.max(0, digits.length - Number(exponent)));
}

function textual(schema: Schema, texts: readonly string[]): ValueRule {
  const notes: string[] = [];
  const parts: Single[] = [];
  const valid = [...texts];
  const invalid: string[] = [];
  const named = schema.format === null ? undefined : (FORMATS[schema.format] ?? schema.format);
  const known = knownFormats.find(({ format }) => format === named);
  if (known !== undefined) {
    const { format, reference, pattern } = known;
    parts.push({ kind: "format", format, reference, pattern });
    valid.push(...known.valid);
    invalid.push(...known.invalid);
  }
  const { minLength, maxLength } = schema;
  if (schema.pattern !== null) {
    const usable =
      (maxLength ?? 0) > MAX_WITH_PATTERN
        ? null
        : usablePattern(schema.pattern, (maxLength ?? 0) > 200 ? 2 : 3);
    if (usable === null) notes.push(`the pattern ${schema.pattern.slice(0, 80)}, which is not used here`);
    else {
      const description = `text that matches ${schema.pattern}`;
      parts.push({ kind: "pattern", pattern: usable.pattern, description });
      valid.push(usable.example);
      invalid.push(...spoiled(usable.example));
    }
  }
  parts.push(...sizes("characters", minLength, maxLength, notes));
  if (parts.length === 0) parts.push({ kind: "type", type: "string" });
  return { parts, samples: { valid, invalid }, notes };
}

/** Texts that are near a good one and, most of them, do not fit. */
function spoiled(text: string): string[] {
  return [`${text}!`, ` ${text}`, text.slice(1), `${text}${text}`, "\u00e9"];
}

function listRules(schema: Schema, samples: Samples): ValueRule {
  const notes: string[] = [];
  const parts = sizes("items", schema.minItems, schema.maxItems, notes);
  if (schema.unique) parts.push({ kind: "unique" });
  return { parts: parts.length === 0 ? [{ kind: "type", type: "array" }] : parts, samples, notes };
}

/** The bounds of a size, without those that nobody would send a value for. */
function sizes(
  of: "characters" | "items",
  min: number | null,
  max: number | null,
  notes: string[],
): Single[] {
  const limit = of === "items" ? MAX_ITEMS : MAX_LENGTH;
  const [low, high] = [min, max].map((end) => (end !== null && end > limit ? null : end));
  if (low !== min || high !== max) notes.push(`a bound of more than ${limit} ${of}`);
  return low === null && high === null ? [] : [{ kind: "length", of, min: low ?? null, max: high ?? null }];
}

/** A value that the schema accepts; undefined where none is found without an example. */
export function validValue(schema: Schema): Json | undefined {
  if (schema.values === null && schema.type === "object") return validObject(schema);
  if (schema.values === null && schema.type === "array") return validList(schema);
  const { parts, samples } = valueRule(schema);
  const fits = (value: Json) => parts.every((part) => accepts(part, "", value));
  return [...(schema.values ?? []), ...schema.examples, ...samples.valid, ...plainValues(schema)].find(fits);
}

function plainValues({ type, min, max, multipleOf, minLength, maxLength }: Schema): Json[] {
  if (type === "boolean") return [true];
  if (type === "integer" || type === "number") {
    const step = type === "integer" ? 1 : 0.01;
    const near = [min, max].flatMap((end) =>
      end === null ? [] : [-1, 0, 1].map((n) => plusSteps(end, step, n)),
    );
    const first = multipleOf === null ? [] : [multipleOf, Math.ceil((min ?? 0) / multipleOf) * multipleOf];
    return [1, ...first, ...near, 0];
  }
  const size = Math.max(minLength ?? 0, Math.min(4, maxLength ?? 4));
  return ["text".padEnd(Math.min(size, 100_000), "t").slice(0, size), ""];
}

function validObject(schema: Schema): Json | undefined {
  const members: [string, Json][] = [];
  for (const [name, each] of schema.properties) {
    if (!schema.required.includes(name) || each.readOnly) continue;
    const value = validValue(each);
    if (value === undefined) return undefined;
    members.push([name, value]);
  }
  return Object.fromEntries(members);
}

function validList(schema: Schema): Json | undefined {
  const size = Math.min(Math.max(schema.minItems ?? 0, Math.min(1, schema.maxItems ?? 1)), 1000);
  return listOf(schema, size);
}

/** A list of so many valid items, all different where they have to be. */
export function listOf(schema: Schema, size: number): Json[] | undefined {
  const one = schema.items === null ? "item" : validValue(schema.items);
  if (size === 0) return [];
  if (one === undefined) return undefined;
  if (!schema.unique) return Array.from({ length: size }, () => one);
  const listed = schema.items?.values ?? null;
  if (listed !== null) return listed.length >= size ? listed.slice(0, size) : undefined;
  const all = Array.from({ length: size }, (_, index): Json =>
    typeof one === "number" ? one + index : typeof one === "string" && index > 0 ? `${one}${index}` : one,
  );
  const rule = schema.items === null ? [] : valueRule(schema.items).parts;
  const different = new Set(all.map((each) => JSON.stringify(each))).size === size;
  return different && all.every((each) => rule.every((part) => accepts(part, "", each))) ? all : undefined;
}
