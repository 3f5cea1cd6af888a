/** A JSON Schema as it was read. */
type Schema = Readonly<Record<string, unknown>>;

/**
 * TypeScript that makes the zod schema of an event's payload, as far as a reader needs it: the members and their kinds.
 * What is said beyond that is left to the publisher's own schema; members that are not named are no error.
 */
export function payloadCode(schema: Schema, indent: string): string {
  return objectCode(schema, indent);
}

function objectCode(schema: Schema, indent: string): string {
  const properties = isSchema(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const lines = Object.entries(properties).map(([name, property]) => {
    const kind = isSchema(property) ? kindCode(property, `${indent}  `) : "z.unknown()";
    const key = /^[a-zA-Z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    return `${indent}  ${key}: ${kind}${required.includes(name) ? "" : ".optional()"},\n`;
  });
  return lines.length === 0 ? "z.looseObject({})" : `z.looseObject({\n${lines.join("")}${indent}})`;
}

function kindCode(schema: Schema, indent: string): string {
  const { enum: values, const: only, anyOf, type } = schema;
  if (only !== undefined) return literal(only);
  if (Array.isArray(values) && values.every((value) => typeof value === "string"))
    return `z.enum(${JSON.stringify(values).replaceAll('","', '", "')})`;
  const alternatives = Array.isArray(anyOf) ? anyOf.filter(isSchema) : [];
  if (alternatives.length > 0) return unionCode(alternatives, indent);
  if (Array.isArray(type)) {
    const kinds = type.map((one: unknown) => ({ ...schema, type: one }));
    return unionCode(kinds, indent);
  }
  switch (type) {
    case "string":
      return "z.string()";
    case "integer":
    case "number":
      return "z.number()";
    case "boolean":
      return "z.boolean()";
    case "null":
      return "z.null()";
    case "array":
      return `z.array(${isSchema(schema["items"]) ? kindCode(schema["items"], indent) : "z.unknown()"})`;
    case "object":
      return objectCode(schema, indent);
    default:
      return "z.unknown()";
  }
}

function unionCode(alternatives: readonly Schema[], indent: string): string {
  const others = alternatives.filter(({ type }) => type !== "null");
  const nullable = others.length < alternatives.length ? ".nullable()" : "";
  const [first, ...more] = others.map((one) => kindCode(one, indent));
  if (first === undefined) return "z.null()";
  return more.length === 0 ? first + nullable : `z.union([${[first, ...more].join(", ")}])${nullable}`;
}

function literal(value: unknown): string {
  return ["string", "number", "boolean"].includes(typeof value) || value === null
    ? `z.literal(${JSON.stringify(value)})`
    : "z.unknown()";
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
