import { entries, isObject, list, member } from "../domain/openapi/unreadable.ts";

/** Keywords that would give a schema another place than the one at which its document has it. */
const PLACES: ReadonlySet<string> = new Set(["$id", "$schema", "$anchor", "$dynamicAnchor", "$dynamicRef"]);

/**
 * A schema of OpenAPI 3.0 or 3.1, or a whole document of them, as JSON Schema 2020-12 has it. Of a request: what is only
 * read is not required.
 *
 * @param root the document, for the references that have to be looked at
 * @param base what references into the document begin with
 */
export function toJsonSchema(value: unknown, root: unknown, base: string): unknown {
  if (Array.isArray(value)) return value.map((each) => toJsonSchema(each, root, base));
  if (!isObject(value)) return value;
  const schema: Record<string, unknown> = Object.fromEntries(
    entries(value)
      .filter(([key, each]) => !(PLACES.has(key) && typeof each === "string"))
      .map(([key, each]) => [key, toJsonSchema(each, root, base)]),
  );
  const { $ref, nullable, properties, required } = schema;
  if (typeof $ref === "string" && $ref.startsWith("#")) schema["$ref"] = base + $ref;
  bound(schema, "minimum", "exclusiveMinimum");
  bound(schema, "maximum", "exclusiveMaximum");
  if (isObject(properties) && Array.isArray(required))
    schema["required"] = required.filter(
      (name) => !isReadOnly(member(member(value, "properties"), String(name)), root),
    );
  return nullable === true ? { anyOf: [without(schema, "nullable"), { type: "null" }] } : schema;
}

/** In 3.0 the exclusive keyword is a boolean beside the bound. */
function bound(schema: Record<string, unknown>, key: string, exclusive: string): void {
  const strict = schema[exclusive];
  if (typeof strict !== "boolean") return;
  if (strict) schema[exclusive] = schema[key];
  else delete schema[exclusive];
  if (strict) delete schema[key];
  if (schema[exclusive] === undefined) delete schema[exclusive];
}

function isReadOnly(schema: unknown, root: unknown): boolean {
  const ref = member(schema, "$ref");
  const target =
    typeof ref === "string" && ref.startsWith("#/")
      ? ref
          .slice(2)
          .split("/")
          .reduce((found, key) => member(found, key), root)
      : schema;
  return (
    member(target, "readOnly") === true ||
    list(member(target, "allOf")).some((each) => member(each, "readOnly") === true)
  );
}

function without(schema: Record<string, unknown>, key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== key));
}
