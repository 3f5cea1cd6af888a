import type { GeneratedCode, Language, Wording } from "./generated-code.ts";
import type { Plan } from "./plan.ts";
import { generatePython } from "./python/module.ts";
import { generateTypeScript } from "./typescript/module.ts";

/** Carries out a plan in a language. The wording goes into comments alone. */
export function generateCode(
  plan: Extract<Plan, { at: "planned" }>,
  language: Language,
  wording: Wording,
): GeneratedCode {
  switch (language) {
    case "typescript":
      return generateTypeScript(plan, wording);
    case "python":
      return generatePython(plan, wording);
    default:
      return language satisfies never;
  }
}
