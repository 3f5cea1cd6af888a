import type { JsonType, Listed } from "../constraint.ts";
import type { Resolver } from "./resolver.ts";
import { entries, isObject, isScalar, list, member, numberOf, textOf } from "./unreadable.ts";

/** What a JSON Schema says, as far as tests are derived from it. */
export interface Schema {
  /** Null: any, or one of several. */
  readonly type: JsonType | null;
  readonly nullable: boolean;
  readonly values: readonly Listed[] | null;
  readonly min: number | null;
  readonly minInclusive: boolean;
  readonly max: number | null;
  readonly maxInclusive: boolean;
  readonly multipleOf: number | null;
  readonly format: string | null;
  readonly pattern: string | null;
  readonly minLength: number | null;
  readonly maxLength: number | null;
  readonly minItems: number | null;
  readonly maxItems: number | null;
  readonly unique: boolean;
  readonly items: Schema | null;
  readonly properties: readonly (readonly [name: string, schema: Schema])[];
  readonly required: readonly string[];
  readonly readOnly: boolean;
  /** Plain values that the document gives as examples. */
  readonly examples: readonly Listed[];
}

/** Deepest nesting that is read; what lies below counts as anything. */
const MAX_DEPTH = 8;
const TYPES: ReadonlySet<string> = new Set(["string", "number", "integer", "boolean", "array", "object"]);

function isType(text: string): text is JsonType {
  return TYPES.has(text);
}

/** Reads the schemas of a document of OpenAPI 3.0 or 3.1. */
export class SchemaReader {
  readonly #resolver: Resolver;
  /** What was left out and why, for people. */
  readonly notes = new Set<string>();

  constructor(resolver: Resolver) {
    this.#resolver = resolver;
  }

  read(raw: unknown, path: string): Schema {
    return this.#read(raw, { path, above: [], depth: 0 });
  }

  #read(raw: unknown, place: Place): Schema {
    const { path, depth } = place;
    if (depth > MAX_DEPTH) {
      this.notes.add(`${path}: deeper than ${MAX_DEPTH} levels, so not tested.`);
      return toSchema({}, null, []);
    }
    const merged = this.#merged(raw, place);
    if (merged === null) return toSchema({}, null, []);
    const { keywords, seen } = merged;
    const types = list(keywords["type"]).filter((each) => each !== "null");
    if (types.length > 1) this.notes.add(`${path}: of ${types.length} types none is tested.`);
    const below = (each: unknown, name: string) =>
      this.#read(each, { path: path + name, above: seen, depth: depth + 1 });
    const properties = entries(keywords["properties"]).map(
      ([name, each]) => [name, below(each, `.${name}`)] as const,
    );
    const items = keywords["items"] === undefined ? null : below(keywords["items"], "[]");
    return toSchema(keywords, items, properties);
  }

  /** The keywords of a schema with its references and combinations put together; null where it contains itself. */
  #merged(raw: unknown, { path, above, depth }: Place): Merged | null {
    const { value, via } = this.#resolver.resolve(raw, path);
    if (via.some((ref) => above.includes(ref))) {
      this.notes.add(`${path}: contains itself, so only its first level is tested.`);
      return null;
    }
    const seen = [...above, ...via];
    const part = { path, above: seen, depth: depth + 1 };
    if (depth > 4 * MAX_DEPTH) return null;
    if (value === false) this.notes.add(`${path}: the schema accepts nothing, so it is not tested.`);
    // Beside a $ref stand keywords of 3.1; in 3.0 there are none, or they are to be overlooked.
    const own = isObject(value) ? value : {};
    const beside = via.length > 0 && isObject(raw) ? without(raw, "$ref") : {};
    let keywords: Keywords = combine(own, beside);
    for (const each of list(own["allOf"])) {
      const found = this.#merged(each, part);
      if (found !== null) keywords = combine(keywords, found.keywords);
    }
    for (const kind of ["oneOf", "anyOf"] as const) {
      const all = list(own[kind]);
      const others = all.filter((each) => member(each, "type") !== "null");
      if (others.length < all.length) keywords = { ...keywords, nullable: true };
      if (others.length > 1)
        this.notes.add(`${path}: of ${others.length} alternatives (${kind}) the first is tested.`);
      const found = others[0] === undefined ? null : this.#merged(others[0], part);
      if (found !== null) keywords = combine(keywords, found.keywords);
    }
    for (const key of ["not", "if", "patternProperties", "prefixItems", "contains", "dependentRequired"])
      if (own[key] !== undefined) this.notes.add(`${path}: "${key}" is not tested.`);
    return { keywords, seen };
  }
}

/** Where a schema stands: its name for people, the references that led to it, and how deep it lies. */
interface Place {
  readonly path: string;
  readonly above: readonly string[];
  readonly depth: number;
}

type Keywords = { readonly [keyword: string]: unknown };
interface Merged {
  readonly keywords: Keywords;
  readonly seen: readonly string[];
}

function without(value: Keywords, key: string): Keywords {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}

/** Both have to hold: of two bounds the narrower one, of two lists what is in both. */
function combine(a: Keywords, b: Keywords): Keywords {
  const both = (key: string, pick: (x: number, y: number) => number) => {
    const [x, y] = [numberOf(a[key]), numberOf(b[key])];
    return x !== undefined && y !== undefined ? { [key]: pick(x, y) } : {};
  };
  const enums = [a["enum"], b["enum"]].filter((each) => Array.isArray(each));
  const [first, second] = enums;
  return {
    ...a,
    ...b,
    ...both("minimum", Math.max),
    ...both("maximum", Math.min),
    ...both("minLength", Math.max),
    ...both("maxLength", Math.min),
    ...both("minItems", Math.max),
    ...both("maxItems", Math.min),
    ...(first !== undefined && second !== undefined
      ? { enum: first.filter((value: unknown) => second.includes(value)) }
      : {}),
    properties: Object.fromEntries([
      ...entries(a["properties"]),
      ...entries(b["properties"]).map(([name, each]) => {
        const other = member(a["properties"], name);
        return [name, other === undefined ? each : { allOf: [other, each] }];
      }),
    ]),
    required: [...list(a["required"]), ...list(b["required"])],
  };
}

function toSchema(keywords: Keywords, items: Schema | null, properties: Schema["properties"]): Schema {
  const types = (Array.isArray(keywords["type"]) ? keywords["type"] : [keywords["type"]]).map(String);
  const known = types.filter(isType);
  const values = Object.hasOwn(keywords, "const") ? [keywords["const"]] : listed(keywords["enum"]);
  const lower = boundOf(keywords, "minimum", "exclusiveMinimum", Math.max);
  const upper = boundOf(keywords, "maximum", "exclusiveMaximum", Math.min);
  const whole = (key: string) => {
    const value = numberOf(keywords[key]);
    return value !== undefined && Number.isInteger(value) && value >= 0 ? value : null;
  };
  const multiple = numberOf(keywords["multipleOf"]);
  return {
    type: known.length > 1 ? null : (known[0] ?? impliedType(keywords, properties)),
    nullable: types.includes("null") || keywords["nullable"] === true || values?.includes(null) === true,
    values: values?.filter(isScalar) ?? null,
    min: lower.value,
    minInclusive: lower.inclusive,
    max: upper.value,
    maxInclusive: upper.inclusive,
    multipleOf: multiple !== undefined && multiple > 0 ? multiple : null,
    format: textOf(keywords["format"]) ?? null,
    pattern: textOf(keywords["pattern"]) ?? null,
    minLength: whole("minLength"),
    maxLength: whole("maxLength"),
    minItems: whole("minItems"),
    maxItems: whole("maxItems"),
    unique: keywords["uniqueItems"] === true,
    items,
    properties,
    required: [...new Set(list(keywords["required"]).filter((name) => typeof name === "string"))],
    readOnly: keywords["readOnly"] === true,
    examples: [keywords["example"], ...list(keywords["examples"]), keywords["default"]].filter(isScalar),
  };
}

function listed(value: unknown): unknown[] | null {
  return Array.isArray(value) && value.length > 0 ? value : null;
}

/** A schema without a type that speaks of members, items or text is about those. */
function impliedType(keywords: Keywords, properties: Schema["properties"]): JsonType | null {
  if (properties.length > 0) return "object";
  if (keywords["items"] !== undefined) return "array";
  if (["minLength", "maxLength", "pattern"].some((key) => keywords[key] !== undefined)) return "string";
  return ["minimum", "maximum"].some((key) => keywords[key] !== undefined) ? "number" : null;
}

/** In 3.0 the exclusive keyword is a boolean beside the bound, in 3.1 it is a bound of its own. */
function boundOf(
  keywords: Keywords,
  key: string,
  exclusive: string,
  narrower: (a: number, b: number) => number,
): { readonly value: number | null; readonly inclusive: boolean } {
  const bound = numberOf(keywords[key]);
  const other = numberOf(keywords[exclusive]);
  if (other === undefined) return { value: bound ?? null, inclusive: keywords[exclusive] !== true };
  if (bound === undefined || narrower(bound, other) === other) return { value: other, inclusive: false };
  return { value: bound, inclusive: true };
}
