/** A JSON Schema as it was read. */
type Schema = Readonly<Record<string, unknown>>;

/** Where a piece of code stands: what is before it on its line, and the indent of that line. */
interface Spot {
  readonly indent: string;
  readonly before: number;
}

const WIDTH = 110;

/**
 * TypeScript that makes the zod schema of an event's payload, as far as a reader needs it: the members and their kinds.
 * What is said beyond that is left to the publisher's own schema; members that are not named are no error. In the form
 * that formatters of the field leave as it is, at 110 columns.
 */
export function payloadCode(schema: Schema, indent: string): string {
  return objectCode(schema, indent);
}

/** Whether a line can stay one. */
export function fits(text: string): boolean {
  return text.length <= WIDTH;
}

function objectCode(schema: Schema, indent: string): string {
  const properties = isSchema(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, property]) => {
    const key = /^[a-zA-Z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    const ends = required.includes(name) ? [] : [".optional()"];
    const spot = { indent: inner, before: inner.length + key.length + 2 };
    const kind = isSchema(property) ? kindCode(property, spot, ends) : ["z.unknown()", ...ends].join("");
    return `${inner}${key}: ${kind},\n`;
  });
  return lines.length === 0 ? "z.looseObject({})" : `z.looseObject({\n${lines.join("")}${indent}})`;
}

function kindCode(schema: Schema, spot: Spot, ends: readonly string[] = []): string {
  const { enum: values, const: only, anyOf, type } = schema;
  if (only !== undefined) return literal(only) + ends.join("");
  if (Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === "string"))
    return enumCode(values, spot, ends);
  const alternatives = Array.isArray(anyOf) ? anyOf.filter(isSchema) : [];
  if (alternatives.length > 0) return unionCode(alternatives, spot, ends);
  if (Array.isArray(type)) {
    const kinds = type.map((one: unknown) => ({ ...schema, type: one }));
    return unionCode(kinds, spot, ends);
  }
  switch (type) {
    case "string":
      return `z.string()${ends.join("")}`;
    case "integer":
    case "number":
      return `z.number()${ends.join("")}`;
    case "boolean":
      return `z.boolean()${ends.join("")}`;
    case "null":
      return `z.null()${ends.join("")}`;
    case "array":
      return chained((at) => arrayCode(schema, at), spot, ends);
    case "object":
      return chained(({ indent }) => objectCode(schema, indent), spot, ends);
    default:
      return `z.unknown()${ends.join("")}`;
  }
}

function arrayCode({ items }: Schema, { indent, before }: Spot): string {
  const item = isSchema(items) ? items : {};
  const short = kindCode(item, { indent, before: before + "z.array(".length });
  if (!short.includes("\n")) return `z.array(${short})`;
  const inner = `${indent}  `;
  return `z.array(\n${inner}${kindCode(item, { indent: inner, before: inner.length })},\n${indent})`;
}

function enumCode(values: readonly string[], { indent, before }: Spot, ends: readonly string[]): string {
  const texts = values.map((value) => JSON.stringify(value));
  const line = `z.enum([${texts.join(", ")}])${ends.join("")}`;
  if (before + line.length + 1 <= WIDTH) return line;
  return `z.enum([\n${texts.map((text) => `${indent}  ${text},\n`).join("")}${indent}])${ends.join("")}`;
}

function unionCode(alternatives: readonly Schema[], spot: Spot, ends: readonly string[]): string {
  const others = alternatives.filter(({ type }) => type !== "null");
  const more = others.length < alternatives.length ? [".nullable()", ...ends] : ends;
  const [first, ...rest] = others;
  if (first === undefined) return ["z.null()", ...ends].join("");
  return rest.length === 0
    ? kindCode(first, spot, more)
    : chained((at) => choiceCode(others, at), spot, more);
}

function choiceCode(others: readonly Schema[], { indent, before }: Spot): string {
  const codes = others.map((one) => kindCode(one, { indent, before }));
  const line = `z.union([${codes.join(", ")}])`;
  if (!line.includes("\n") && before + line.length + 1 <= WIDTH) return line;
  const inner = `${indent}  `;
  const each = others.map((one) => `${inner}${kindCode(one, { indent: inner, before: inner.length })},\n`);
  return `z.union([\n${each.join("")}${indent}])`;
}

/** `.nullable()` behind what takes several lines stands on a line of its own, and so does what it is said of. */
function chained(code: (spot: Spot) => string, spot: Spot, ends: readonly string[]): string {
  const short = code(spot);
  if (ends.length === 0 || !short.includes("\n")) return short + ends.join("");
  const inner = `${spot.indent}  `;
  const base = code({ indent: inner, before: inner.length });
  return [`z`, base.slice(1), ...ends].join(`\n${inner}`);
}

function literal(value: unknown): string {
  return ["string", "number", "boolean"].includes(typeof value) || value === null
    ? `z.literal(${JSON.stringify(value)})`
    : "z.unknown()";
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
