import type { JsonSchema } from "./chat-model.ts";
import { sampleString } from "./sample-string.ts";
import { trusted } from "../process/trusted.ts";

/** A value that fits a JSON Schema, the same for the same seed. Knows the keywords that prompt files use. */
export function sampleValue(schema: JsonSchema, seed: Uint8Array): unknown {
  return new Sampler(schema, seed).value(schema, "");
}

class Sampler {
  readonly #root: JsonSchema;
  readonly #seed: Uint8Array;
  #drawn = 0;

  constructor(root: JsonSchema, seed: Uint8Array) {
    this.#root = root;
    this.#seed = seed;
  }

  value(schema: JsonSchema, name: string): unknown {
    const { const: constant, enum: allowed, default: preset } = schema;
    if (constant !== undefined) return constant;
    if (Array.isArray(allowed)) return allowed[this.#draw(allowed.length)];
    if (typeof schema["$ref"] === "string") return this.value(this.#resolve(schema["$ref"]), name);
    for (const key of ["oneOf", "anyOf"]) {
      const options = schema[key];
      if (Array.isArray(options)) return this.value({ ...without(schema, key), ...object(options[0]) }, name);
    }
    if (Array.isArray(schema["allOf"])) {
      const parts = schema["allOf"].map(object);
      return this.value(parts.reduce<JsonSchema>(merge, without(schema, "allOf")), name);
    }
    if (preset !== undefined) return preset;
    switch (typeOf(schema)) {
      case "object":
        return this.#object(schema);
      case "array":
        return this.#array(schema, name);
      case "integer":
      case "number":
        return this.#number(schema);
      case "boolean":
        return this.#draw(2) === 1;
      case "null":
        return null;
      default:
        return sampleString(schema, name, (count) => this.#draw(count));
    }
  }

  #object(schema: JsonSchema): Readonly<Record<string, unknown>> {
    const properties = object(schema["properties"]);
    const required = Array.isArray(schema["required"]) ? schema["required"].map(String) : [];
    const names = [...Object.keys(properties), ...required.filter((name) => !(name in properties))];
    return Object.fromEntries(names.map((name) => [name, this.value(object(properties[name]), name)]));
  }

  #array(schema: JsonSchema, name: string): readonly unknown[] {
    const fixed = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"].map(object) : [];
    const least = number(schema["minItems"]) ?? Math.min(1, number(schema["maxItems"]) ?? 1);
    const values = fixed.map((item) => this.value(item, name));
    while (values.length < least) values.push(this.#item(schema, name, values));
    return values;
  }

  #item(schema: JsonSchema, name: string, before: readonly unknown[]): unknown {
    const items = object(schema["items"]);
    if (schema["uniqueItems"] !== true) return this.value(items, name);
    const allowed = Array.isArray(items["enum"]) ? items["enum"] : null;
    if (allowed !== null) return allowed.find((value) => !before.includes(value));
    const value = this.value(items, name);
    // Told apart by their place.
    return typeof value === "string"
      ? `${value} ${before.length + 1}`
      : typeof value === "number"
        ? value + before.length
        : value;
  }

  #number(schema: JsonSchema): number {
    const step = number(schema["multipleOf"]) ?? (typeOf(schema) === "integer" ? 1 : 0.01);
    const above = number(schema["exclusiveMinimum"]);
    const below = number(schema["exclusiveMaximum"]);
    const low = number(schema["minimum"]) ?? (above === null ? null : above + step);
    const high = number(schema["maximum"]) ?? (below === null ? null : below - step);
    const from = low ?? (high === null ? 0 : Math.min(0, high));
    const to = high ?? from + 100 * step;
    const first = Math.ceil(from / step - 1e-9);
    const last = Math.floor(to / step + 1e-9);
    const value = (first + this.#draw(Math.min(last - first + 1, 2 ** 30))) * step;
    return Number(value.toPrecision(12));
  }

  /** A number from 0 below `count`, from the next bytes of the seed. */
  #draw(count: number): number {
    const at = (this.#drawn * 4) % Math.max(this.#seed.length - 3, 1);
    this.#drawn += 1;
    const bytes = [0, 1, 2, 3].map((offset) => this.#seed[(at + offset) % this.#seed.length] ?? 0);
    const [a = 0, b = 0, c = 0, d = 0] = bytes;
    return count <= 0 ? 0 : (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) % count;
  }

  #resolve(pointer: string): JsonSchema {
    let found: unknown = this.#root;
    for (const part of pointer.replace(/^#\/?/, "").split("/").filter(Boolean)) {
      found = object(found)[part.replaceAll("~1", "/").replaceAll("~0", "~")];
    }
    return object(found);
  }
}

function typeOf(schema: JsonSchema): string {
  const { type } = schema;
  // Where null is one of the choices the other one says more.
  if (Array.isArray(type)) return String(type.find((name) => name !== "null") ?? "null");
  if (typeof type === "string") return type;
  if ("properties" in schema) return "object";
  return "items" in schema || "prefixItems" in schema ? "array" : "string";
}

function object(value: unknown): JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? trusted<JsonSchema>(value)
    : {};
}

function number(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function without(schema: JsonSchema, key: string): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== key));
}

function merge(into: JsonSchema, part: JsonSchema): JsonSchema {
  const required = [...list(into["required"]), ...list(part["required"])];
  const properties = { ...object(into["properties"]), ...object(part["properties"]) };
  return {
    ...into,
    ...part,
    ...(required.length === 0 ? {} : { required }),
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
