import { isFields } from "../../../../journal/fields.ts";
import { readText, type Call } from "./call.ts";
import { malformed, plainError } from "./dapr-error.ts";

/**
 * `POST|PUT /v1.0/bindings/{name}`: invokes an output binding. The embedded sidecar has none, and says so as daprd says it
 * of a name that it does not know.
 */
export async function refuseOutputBinding(call: Call, name: string): Promise<never> {
  const text = await readText(call, malformed);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    if (text === "") throw malformed("EOF");
    throw malformed(error instanceof Error ? error.message : String(error));
  }
  const operation = isFields(body)
    ? Object.entries(body).find(([key]) => key.toLowerCase() === "operation")?.[1]
    : undefined;
  if (operation !== undefined && operation !== null && typeof operation !== "string")
    throw malformed(
      `json: cannot unmarshal ${goKind(operation)} into Go struct field OutputBindingRequest.operation of type string`,
    );
  const why =
    typeof operation === "string" && operation !== ""
      ? `couldn't find output binding ${name}`
      : "operation field is missing from request";
  throw plainError(500, "ERR_INVOKE_OUTPUT_BINDING", `error invoking output binding ${name}: ${why}`);
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}
