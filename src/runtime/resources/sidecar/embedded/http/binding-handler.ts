import { isFields } from "../../../../journal/fields.ts";
import { readBody, type Call } from "./call.ts";
import { malformed, plainError } from "./dapr-error.ts";

/**
 * `POST|PUT /v1.0/bindings/{name}`: invokes an output binding. The embedded sidecar has none, and says so as daprd says it
 * of a name that it does not know.
 */
export async function refuseOutputBinding(call: Call, name: string): Promise<never> {
  const text = (await readBody(call)).toString();
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
  const why =
    typeof operation === "string" && operation !== ""
      ? `couldn't find output binding ${name}`
      : "operation field is missing from request";
  throw plainError(500, "ERR_INVOKE_OUTPUT_BINDING", `error invoking output binding ${name}: ${why}`);
}
