import { StartError } from "agents-apphost/kit";
import type { Language } from "../domain/generated-code.ts";

/**
 * The language of code that is generated for an event: IMPLEMENTATION_LANGUAGE, typescript by default.
 *
 * @throws StartError that names the variable, what was found and what was expected.
 */
export function readLanguage(env: Readonly<Record<string, string | undefined>>): Language {
  const text = env["IMPLEMENTATION_LANGUAGE"] ?? "typescript";
  if (text === "typescript" || text === "python") return text;
  throw new StartError(
    `IMPLEMENTATION_LANGUAGE: "${text}" is no language here`,
    "Set it to typescript or python.",
  );
}
