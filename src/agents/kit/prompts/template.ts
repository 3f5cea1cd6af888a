import type { JsonSchema } from "../model/chat-model.ts";
import type { RenderTemplate } from "./handlebars.ts";

/**
 * Compiles a Handlebars template. Values go in as they are (no HTML escaping), names that the input schema does not know
 * and helpers beside Handlebars' own are refused at once instead of rendering as nothing.
 *
 * @throws with line and column inside the template.
 */
export async function compileTemplate(template: string, input: JsonSchema): Promise<RenderTemplate> {
  const { compile } = await import("./handlebars.ts");
  return compile(template, propertiesOf(input));
}

/** Names of the members of the input; null when the schema leaves them open. */
function propertiesOf(schema: JsonSchema): ReadonlySet<string> | null {
  const { properties, additionalProperties } = schema;
  if (typeof properties !== "object" || properties === null || additionalProperties === true) return null;
  return new Set(Object.keys(properties));
}
