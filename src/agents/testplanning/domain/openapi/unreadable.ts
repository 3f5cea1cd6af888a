import type { Json } from "../constraint.ts";

/** A document that cannot be read: where in it, and what was expected there. */
export class DocumentUnreadable extends Error {
  override readonly name = "DocumentUnreadable";
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/** A value that is no list and no object: what a test can write down at once, however deep the document is. */
export function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** Documents hold nothing but JSON, and what they leave out. */
export function isJson(value: unknown): value is Json {
  return value !== undefined;
}

/** Any JSON object. */
export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The own member of an object: `__proto__` and `constructor` of a document are names like any other. */
export function member(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The members of an object; none of what is no object. */
export function entries(value: unknown): [key: string, value: unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
