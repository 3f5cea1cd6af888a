import { z } from "zod";

/** A JSON Schema (2020-12), which is what OpenAPI 3.1 speaks. */
export type SchemaObject = Readonly<Record<string, unknown>>;

/** One member of an object schema. */
export interface Member {
  readonly name: string;
  readonly schema: SchemaObject;
  readonly required: boolean;
}

/**
 * The schemas of a document, each under its name in `components`. They are made by zod itself, which can write down
 * recursive schemas; their references, which zod makes relative to each schema, are made relative to the document.
 */
export class Schemas {
  readonly #register: (name: string, schema: SchemaObject) => void;
  readonly #known = new Map<string, SchemaObject>();

  constructor(register: (name: string, schema: SchemaObject) => void) {
    this.#register = register;
  }

  /** Adds a schema and answers the reference to it. */
  add(name: string, schema: SchemaObject): SchemaObject {
    this.#known.set(name, schema);
    this.#register(name, schema);
    return { $ref: `#/components/schemas/${name}` };
  }

  of(name: string, schema: z.ZodType, io: "input" | "output"): SchemaObject {
    // What JSON Schema has no words for (a transformation, a date) is shown as anything.
    const { $schema: _, $defs, ...own } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
    const rename = (pointer: string): string => {
      const inner = /^#\/\$defs\/(.+)$/.exec(pointer)?.[1];
      return `#/components/schemas/${inner === undefined ? name : `${name}_${inner}`}`;
    };
    for (const [inner, definition] of Object.entries($defs ?? {})) {
      this.add(`${name}_${inner}`, object(withReferences(definition, rename)));
    }
    return this.add(name, object(withReferences(own, rename)));
  }

  /** The members of a schema that was added; none when it is no object. */
  membersOf(reference: SchemaObject): readonly Member[] {
    const schema = this.#known.get(String(reference["$ref"]).split("/").at(-1) ?? "") ?? {};
    const required = Array.isArray(schema["required"]) ? schema["required"].map(String) : [];
    return Object.entries(object(schema["properties"])).map(([name, member]) => ({
      name,
      schema: object(member),
      required: required.includes(name),
    }));
  }
}

function withReferences(value: unknown, rename: (pointer: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => withReferences(item, rename));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]: [string, unknown]) => [
      key,
      key === "$ref" && typeof part === "string" ? rename(part) : withReferences(part, rename),
    ]),
  );
}

function object(value: unknown): SchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
