import { Script, createContext } from "node:vm";
import type { ValidateFunction } from "ajv/dist/2020.js";
import type { Judge } from "../domain/openapi/judge.ts";
import { usablePattern } from "../domain/openapi/pattern.ts";
import { isObject } from "../domain/openapi/unreadable.ts";
import { toJsonSchema } from "./to-json-schema.ts";

/** The name under which the whole document is known to its own references. */
const DOCUMENT = "document";
/** Longest time for a pattern that may need for ever. */
const PATTERN_MS = 50;
const script = new Script("new RegExp(pattern, 'u').test(text)");

/** Judges by Ajv, the validator of JSON Schema. Nothing outside of the document is read. */
export async function judgeOf(document: unknown): Promise<Judge> {
  // Loaded when there is a document.
  const [{ Ajv2020 }, { default: addFormats }] = await Promise.all([
    import("ajv/dist/2020.js"),
    import("ajv-formats"),
  ]);
  const ajv = new Ajv2020({
    strict: false,
    validateSchema: false,
    inlineRefs: false,
    logger: false,
    code: { regExp: patternTest },
  });
  addFormats.default(ajv);
  try {
    ajv.addSchema(Object(toJsonSchema(document, document, DOCUMENT)), DOCUMENT);
  } catch {
    return () => null; // nested deeper than the validator goes
  }
  const compiled = new WeakMap<object, ValidateFunction | null>();
  const compile = (schema: object): ValidateFunction | null => {
    const known = compiled.get(schema);
    if (known !== undefined) return known;
    let made: ValidateFunction | null = null;
    try {
      made = ajv.compile(Object(toJsonSchema(schema, document, DOCUMENT)));
    } catch {
      // A schema that the validator cannot take judges nothing: the rules that were derived stand as they are.
    }
    compiled.set(schema, made);
    return made;
  };
  return (schema, value) => {
    if (!isObject(schema)) return null;
    try {
      return compile(schema)?.(value) ?? null;
    } catch {
      return null; // a pattern that takes too long
    }
  };
}

/** A pattern that could need for ever is run where it can be stopped. */
function patternTest(pattern: string, flags: string): { test(text: string): boolean } {
  if (usablePattern(pattern, 3) !== null) return new RegExp(pattern, flags);
  const test = (text: string) =>
    script.runInContext(createContext({ pattern, text }), { timeout: PATTERN_MS }) === true;
  return { test };
}
patternTest.code = "new RegExp";
