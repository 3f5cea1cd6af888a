import type { ErrorObject } from "ajv/dist/2020.js";
import type { JsonSchema, OutputIssue } from "../model/chat-model.ts";

/** What is wrong with a value; empty when it fits. */
export type SchemaCheck = (value: unknown) => readonly OutputIssue[];

/** What was given as a JSON Schema is none. */
export class SchemaInvalid extends Error {
  override readonly name = "SchemaInvalid";
  /** JSON Pointer into the schema. */
  readonly path: string;

  constructor(path: string, reason: string, cause?: unknown) {
    super(`this is no valid JSON Schema: ${reason}`, cause === undefined ? undefined : { cause });
    this.path = path;
  }
}

/** Compiles a JSON Schema (2020-12). @throws SchemaInvalid */
export async function schemaCheck(schema: JsonSchema): Promise<SchemaCheck> {
  const { ajv } = await import("./ajv.ts");
  if (ajv().validateSchema(schema) !== true) {
    const [error] = ajv().errors ?? [];
    const issue = error === undefined ? { path: "", message: "unknown reason" } : toIssue(error);
    throw new SchemaInvalid(issue.path, issue.message);
  }
  try {
    const validate = ajv().compile(schema);
    return (value) => (validate(value) ? [] : (validate.errors ?? []).map(toIssue));
  } catch (error) {
    // A reference that leads nowhere, for one.
    throw new SchemaInvalid("", error instanceof Error ? error.message : String(error), error);
  }
}

/** In the words of the schema, with what was allowed: this is also what a model is told to repair. */
function toIssue(error: ErrorObject): OutputIssue {
  const { allowedValues, additionalProperty, allowedValue } = error.params as Readonly<
    Record<string, unknown>
  >;
  let message = error.message ?? `does not fit ${error.keyword}`;
  if (Array.isArray(allowedValues))
    message += `: ${allowedValues.map((value) => JSON.stringify(value)).join(", ")}`;
  if (allowedValue !== undefined) message += `: ${JSON.stringify(allowedValue)}`;
  if (typeof additionalProperty === "string") message += `: "${additionalProperty}"`;
  return { path: error.instancePath, message };
}
