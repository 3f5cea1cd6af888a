import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

let shared: Ajv2020 | null = null;

/** The validator of the process. Loaded with the first prompt. */
export function ajv(): Ajv2020 {
  if (shared === null) {
    // Schemas come from people's files: unknown keywords are allowed, as the standard says, unknown formats too.
    shared = new Ajv2020({
      strict: false,
      allErrors: true,
      validateFormats: true,
      addUsedSchema: false,
      logger: false,
    });
    addFormats.default(shared);
  }
  return shared;
}
