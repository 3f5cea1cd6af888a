import type { Field, ObjectShape, Shape } from "./shape.ts";

type Schema = Readonly<Record<string, unknown>>;

/** A shape as JSON Schema (draft 2020-12), without the `$schema` line. */
export function toJsonSchema(shape: Shape): Schema {
  switch (shape.is) {
    case "text":
      return { type: "string", pattern: shape.pattern.source };
    case "integer":
      return { type: "integer", minimum: shape.min, maximum: shape.max };
    case "boolean":
      return { type: "boolean" };
    case "choice":
      return { enum: shape.of };
    case "scalar":
      return { type: ["string", "number", "boolean"] };
    case "json":
      return {};
    case "reference":
      return { type: "string" };
    case "list":
      return {
        type: "array",
        items: toJsonSchema(shape.item),
        ...(shape.min === 0 ? {} : { minItems: shape.min }),
      };
    case "record":
      return {
        type: "object",
        propertyNames: { pattern: shape.key.pattern.source },
        additionalProperties: toJsonSchema(shape.value),
      };
    case "object":
      return objectSchema(shape);
    case "variant":
      return {
        oneOf: Object.entries(shape.of).map(([kind, variant]) =>
          objectSchema(variant, { [shape.by]: { const: kind } }),
        ),
      };
    case "either":
      return { anyOf: shape.of.map(toJsonSchema) };
    default:
      return shape satisfies never;
  }
}

function objectSchema(shape: ObjectShape, fixed: Schema = {}): Schema {
  const fields = Object.entries(shape.fields);
  const needed = fields.filter(([, field]) => field.required).map(([name]) => name);
  return {
    type: "object",
    properties: Object.fromEntries(fields.map(([name, field]) => [name, fixed[name] ?? described(field)])),
    ...(needed.length === 0 ? {} : { required: needed }),
    additionalProperties: shape.more === undefined ? false : toJsonSchema(shape.more),
  };
}

function described(field: Field): Schema {
  return { description: field.about, ...toJsonSchema(field.shape) };
}
