import type { ErrorObject } from "ajv/dist/2020.js";
import type { JsonSchema, OutputIssue } from "../model/chat-model.ts";

/** What is wrong with a value; empty when it fits. */
export type SchemaCheck = (value: unknown) => readonly OutputIssue[];

/** Compiles a JSON Schema (2020-12). @throws when it is none. */
export async function schemaCheck(schema: JsonSchema, what: string): Promise<SchemaCheck> {
  const { ajv } = await import("./ajv.ts");
  try {
    const validate = ajv().compile(schema);
    return (value) => (validate(value) ? [] : (validate.errors ?? []).map(toIssue));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${what} is no valid JSON Schema: ${reason}`, { cause: error });
  }
}

/** In the words of the schema, with what was allowed: this is also what a model is told to repair. */
function toIssue(error: ErrorObject): OutputIssue {
  const { allowedValues, additionalProperty, allowedValue } = error.params as Readonly<Record<string, unknown>>;
  let message = error.message ?? `does not fit ${error.keyword}`;
  if (Array.isArray(allowedValues)) message += `: ${allowedValues.map((value) => JSON.stringify(value)).join(", ")}`;
  if (allowedValue !== undefined) message += `: ${JSON.stringify(allowedValue)}`;
  if (typeof additionalProperty === "string") message += `: "${additionalProperty}"`;
  return { path: error.instancePath, message };
}
