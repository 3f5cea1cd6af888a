import type { Language } from "../domain/generated-code.ts";

/** A variable of the environment that cannot be used; the message names it, what was found and what was expected. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/**
 * The language of code that is generated for an event: IMPLEMENTATION_LANGUAGE, typescript by default.
 *
 * @throws SettingsError that names the variable, what was found and what was expected.
 */
export function readLanguage(env: Readonly<Record<string, string | undefined>>): Language {
  const text = env["IMPLEMENTATION_LANGUAGE"] ?? "typescript";
  if (text === "typescript" || text === "python") return text;
  throw new SettingsError(
    `IMPLEMENTATION_LANGUAGE: "${text}" is no language here; expected typescript or python.`,
  );
}
