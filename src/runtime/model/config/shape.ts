/**
 * The shape of plain data, as data: one description from which a value is checked (check-shape.ts) and the JSON Schema
 * for editors is written (json-schema.ts), so that the two cannot disagree.
 */
export type Shape =
  | TextShape
  | {
      readonly is: "integer";
      readonly what: string;
      readonly expected: string;
      readonly min: number;
      readonly max: number;
    }
  | { readonly is: "boolean" }
  | { readonly is: "choice"; readonly what: string; readonly of: readonly (string | boolean)[] }
  | { readonly is: "scalar" }
  | { readonly is: "json" }
  /** The name of a resource, or (in JavaScript) the resource itself; references.ts checks it. */
  | { readonly is: "reference" }
  | { readonly is: "list"; readonly what: string; readonly item: Shape; readonly min: number }
  | RecordShape
  | ObjectShape
  | VariantShape
  /** The first whose JSON type fits decides; none: the value is not `what`. */
  | {
      readonly is: "either";
      readonly what: string;
      readonly expected: string;
      readonly of: readonly Shape[];
    };

export interface TextShape {
  readonly is: "text";
  readonly what: string;
  readonly expected: string;
  readonly pattern: RegExp;
  /** What was written in its place may be a secret: it is not repeated. */
  readonly isSecretBeside?: true;
}

/** Any names, one kind of value. */
export interface RecordShape {
  readonly is: "record";
  readonly what: string;
  readonly key: TextShape;
  readonly value: Shape;
}

/** Known names only, unless `more` says what others may hold. */
export interface ObjectShape {
  readonly is: "object";
  readonly what: string;
  readonly fields: Readonly<Record<string, Field>>;
  readonly more?: Shape;
}

/** Objects told apart by one text field. */
export interface VariantShape {
  readonly is: "variant";
  readonly what: string;
  readonly by: string;
  readonly of: Readonly<Record<string, ObjectShape>>;
}

export interface Field {
  readonly shape: Shape;
  readonly required: boolean;
  /** For the JSON Schema's `description`. */
  readonly about: string;
}

export const required = (shape: Shape, about: string): Field => ({ shape, required: true, about });
export const optional = (shape: Shape, about: string): Field => ({ shape, required: false, about });

export const text = (what: string, expected: string, pattern = /\S/u): TextShape => ({
  is: "text",
  what,
  expected,
  pattern,
});
export const integer = (
  what: string,
  min: number,
  max: number,
  expected = `an integer from ${min} to ${max}`,
): Shape => ({
  is: "integer",
  what,
  expected,
  min,
  max,
});
export const choice = (what: string, of: readonly (string | boolean)[]): Shape => ({
  is: "choice",
  what,
  of,
});
export const list = (what: string, item: Shape, min = 0): Shape => ({ is: "list", what, item, min });
export const record = (what: string, key: TextShape, value: Shape): RecordShape => ({
  is: "record",
  what,
  key,
  value,
});
export const object = (what: string, fields: Readonly<Record<string, Field>>): ObjectShape => ({
  is: "object",
  what,
  fields,
});
/** An object that may hold more than this, as plain data. */
export const open = (what: string, fields: Readonly<Record<string, Field>>): ObjectShape => ({
  ...object(what, fields),
  more: json,
});
export const boolean: Shape = { is: "boolean" };
export const scalar: Shape = { is: "scalar" };
const json: Shape = { is: "json" };
export const reference: Shape = { is: "reference" };
