import type { Problem } from "./problem.ts";
import { join, missing, unsaid, wrong } from "./problem.ts";
import type { Field, ObjectShape, RecordShape, Shape, VariantShape } from "./shape.ts";

/** All that is wrong with a value, measured against its shape. Pure; never throws, whatever the value is. */
export function checkShape(shape: Shape, value: unknown, path: string): readonly Problem[] {
  switch (shape.is) {
    case "text":
      if (typeof value === "string" && shape.pattern.test(value)) return [];
      return [shape.isSecretBeside === true ? unsaid(path, value, shape) : wrong(path, value, shape)];
    case "integer":
      return isInteger(value, shape.min, shape.max) ? [] : [wrong(path, value, shape)];
    case "boolean":
      return typeof value === "boolean"
        ? []
        : [wrong(path, value, { what: "true or false", expected: "true or false" })];
    case "choice":
      return shape.of.some((allowed) => allowed === value)
        ? []
        : [wrong(path, value, { what: shape.what, expected: oneOf(shape.of) }, texts(shape.of))];
    case "scalar":
      return isScalar(value)
        ? []
        : [wrong(path, value, { what: "a value", expected: "a text, a number or true or false" })];
    case "json":
      return checkJson(value, path);
    case "reference":
      return [];
    case "list":
      return checkList(shape, value, path);
    case "record":
      return checkRecord(shape, value, path);
    case "object":
      return checkObject(shape, value, path);
    case "variant":
      return checkVariant(shape, value, path);
    case "either": {
      const fitting = shape.of.find((candidate) => fits(candidate, value));
      return fitting === undefined
        ? [wrong(path, value, shape, shape.of.flatMap(choices))]
        : checkShape(fitting, value, path);
    }
    default:
      return shape satisfies never;
  }
}

/** An object made of plain data, as a literal or a parser makes it. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** The fields of an object that are there: a field that is `undefined` is not. */
export function present(value: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return Object.entries(value).filter(([, field]) => field !== undefined);
}

function checkList(shape: Extract<Shape, { is: "list" }>, value: unknown, path: string): readonly Problem[] {
  const least =
    shape.min === 0 ? "" : ` with at least ${shape.min === 1 ? "one entry" : `${shape.min} entries`}`;
  if (!Array.isArray(value) || value.length < shape.min)
    return [wrong(path, value, { what: shape.what, expected: `a list${least}` })];
  return value.flatMap((item: unknown, index) => checkShape(shape.item, item, join(path, index)));
}

function checkRecord(shape: RecordShape, value: unknown, path: string): readonly Problem[] {
  if (!isPlainObject(value))
    return [wrong(path, value, { what: shape.what, expected: `an object: ${shape.what}` })];
  return present(value).flatMap(([key, item]) => {
    const at = join(path, key);
    const names = shape.key.pattern.test(key) ? [] : [wrong(at, key, shape.key)];
    return [...names, ...checkShape(shape.value, item, at)];
  });
}

function checkObject(shape: ObjectShape, value: unknown, path: string): readonly Problem[] {
  if (!isPlainObject(value))
    return [wrong(path, value, { what: shape.what, expected: `an object: ${shape.what}` })];
  const known = Object.keys(shape.fields);
  const unknown = present(value)
    .filter(([key]) => !Object.hasOwn(shape.fields, key))
    .flatMap(([key, more]) =>
      shape.more === undefined
        ? wrong(
            join(path, key),
            key,
            { what: `a setting of ${shape.what}`, expected: `one of ${known.join(", ")}` },
            known,
          )
        : checkShape(shape.more, more, join(path, key)),
    );
  return [
    ...unknown,
    ...Object.entries(shape.fields).flatMap(([key, field]) => checkField(field, value[key], join(path, key))),
  ];
}

function checkField(field: Field, value: unknown, path: string): readonly Problem[] {
  if (value !== undefined) return checkShape(field.shape, value, path);
  return field.required ? [missing(path, { what: "", expected: expectedOf(field.shape) })] : [];
}

function checkVariant(shape: VariantShape, value: unknown, path: string): readonly Problem[] {
  if (!isPlainObject(value))
    return [wrong(path, value, { what: shape.what, expected: `an object: ${shape.what}` })];
  const kind = value[shape.by];
  const kinds = Object.keys(shape.of);
  if (kind === undefined) return [missing(join(path, shape.by), { what: "", expected: oneOf(kinds) })];
  const variant = typeof kind === "string" && Object.hasOwn(shape.of, kind) ? shape.of[kind] : undefined;
  if (variant === undefined)
    return [
      wrong(
        join(path, shape.by),
        kind,
        { what: `a kind of ${shape.what.replace(/^an? /, "")}`, expected: oneOf(kinds) },
        kinds,
      ),
    ];
  return checkObject(variant, value, path);
}

function checkJson(value: unknown, path: string): readonly Problem[] {
  if (value === null || isScalar(value)) return [];
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) => checkJson(item, join(path, index)));
  if (isPlainObject(value)) return present(value).flatMap(([key, item]) => checkJson(item, join(path, key)));
  return [
    wrong(path, value, {
      what: "plain data",
      expected: "texts, numbers, true, false, null, lists and objects of them",
    }),
  ];
}

/** Whether a shape is meant, going by the JSON type alone; a choice also needs its value. */
function fits(shape: Shape, value: unknown): boolean {
  switch (shape.is) {
    case "text":
      return typeof value === "string" && shape.pattern.test(value);
    case "integer":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "choice":
      return shape.of.some((allowed) => allowed === value);
    case "scalar":
      return isScalar(value);
    case "list":
      return Array.isArray(value);
    case "record":
    case "object":
    case "variant":
      return isPlainObject(value);
    case "json":
    case "reference":
    case "either":
      return true;
    default:
      return shape satisfies never;
  }
}

function expectedOf(shape: Shape): string {
  if ("expected" in shape) return shape.expected;
  if (shape.is === "choice") return oneOf(shape.of);
  return "what" in shape ? shape.what : "a value";
}

const choices = (shape: Shape): readonly string[] => (shape.is === "choice" ? texts(shape.of) : []);
const texts = (values: readonly unknown[]): readonly string[] =>
  values.filter((value) => typeof value === "string");
const oneOf = (values: readonly (string | boolean)[]): string =>
  values.map((value) => JSON.stringify(value)).join(" or ");
const isInteger = (value: unknown, min: number, max: number): boolean =>
  typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
const isScalar = (value: unknown): boolean =>
  typeof value === "string" ||
  typeof value === "boolean" ||
  (typeof value === "number" && Number.isFinite(value));
