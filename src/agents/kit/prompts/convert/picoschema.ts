import type { JsonSchema } from "../../model/chat-model.ts";

const SCALARS = new Set(["string", "number", "integer", "boolean", "null"]);
const JSON_TYPES = new Set([...SCALARS, "object", "array"]);

/**
 * Dotprompt's short form of a schema (Picoschema) as JSON Schema; what is JSON Schema already stays as it is.
 *
 * @throws Error that says what cannot be read.
 */
export function fromPicoschema(schema: unknown): JsonSchema {
  if (typeof schema === "string") return scalar(schema);
  if (!isRecord(schema)) throw new Error(`${JSON.stringify(schema)} is no schema`);
  if (isJsonSchema(schema)) return schema;
  return objectOf(schema);
}

function isJsonSchema(schema: Readonly<Record<string, unknown>>): boolean {
  const { type } = schema;
  return (
    (typeof type === "string" && JSON_TYPES.has(type)) ||
    Array.isArray(type) ||
    isRecord(schema["properties"])
  );
}

function objectOf(fields: Readonly<Record<string, unknown>>): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  let others: JsonSchema | false = false;
  for (const [key, value] of Object.entries(fields)) {
    const read = /^([^(?]+|)(\??)(?:\(([^,)]*)(?:,\s*(.*))?\))?$/s.exec(key);
    if (read === null) throw new Error(`"${key}" is no field of a Picoschema`);
    const [, name = "", optional, kind, description] = read;
    if (kind === "*") {
      others = fromPicoschema(value);
      continue;
    }
    if (name === "") throw new Error(`"${key}" is no field of a Picoschema`);
    const field = {
      ...fieldOf(key, kind?.trim(), value),
      ...(description ? { description: description.trim() } : {}),
    };
    properties[name] = optional === "?" ? nullable(field) : field;
    if (optional !== "?") required.push(name);
  }
  return { type: "object", properties, required, additionalProperties: others };
}

function fieldOf(key: string, kind: string | undefined, value: unknown): JsonSchema {
  switch (kind) {
    case undefined:
    case "":
      return fromPicoschema(value);
    case "array":
      return { type: "array", items: fromPicoschema(value) };
    case "object":
      return fromPicoschema(value);
    case "enum":
      if (!Array.isArray(value)) throw new Error(`"${key}" has no list of values`);
      return { enum: value };
    default:
      throw new Error(`"${key}": "${kind}" is not array, object, enum or *`);
  }
}

function scalar(text: string): JsonSchema {
  const [type = "", ...rest] = text.split(",");
  const description = rest.join(",").trim();
  const name = type.trim();
  if (name !== "any" && !SCALARS.has(name))
    throw new Error(
      `"${name}" is no type: ${[...SCALARS].join(", ")}, any (named schemas cannot be converted)`,
    );
  return { ...(name === "any" ? {} : { type: name }), ...(description === "" ? {} : { description }) };
}

function nullable(schema: JsonSchema): JsonSchema {
  if (Array.isArray(schema["enum"]))
    return { ...schema, enum: [...new Set<unknown>([...schema["enum"], null])] };
  return typeof schema["type"] === "string" ? { ...schema, type: [schema["type"], "null"] } : schema;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
