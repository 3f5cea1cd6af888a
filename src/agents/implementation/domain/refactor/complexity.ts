import { maskPython, maskTypeScript } from "./code-mask.ts";
import type { Language } from "../generated-code.ts";

/**
 * What decides in TypeScript and JavaScript. A question mark decides where it stands for `? :`, not in `?.`, `a?: T` or
 * `a?()`; `??`, `&&` and `||` decide also as part of an assignment.
 */
const TS_DECISIONS =
  /(?<![\w$.])(?:if|for|while|case|catch)(?![\w$]|\s*[:=,)])|&&|\|\||\?\?|(?<!\?)\?(?![?:),;=>\]}]|\.(?!\d))(?!(?<=[\w$]\?)\()/g;
/** What decides in Python; `case _` is where a match ends up, as an else is. */
const PY_DECISIONS =
  /(?<![\w.])(?:if|elif|for|while|except|and|or)(?!\w)|^[ \t]*case[ \t]+(?!_[ \t]*:)(?=[^=:\n][^\n]*:)/gm;

/** McCabe's cyclomatic complexity of a whole file: its decisions, and one. Texts and comments decide nothing. */
export function cyclomaticComplexity(source: string, language: Language): number {
  const [code, decisions] =
    language === "typescript" ? [maskTypeScript(source), TS_DECISIONS] : [maskPython(source), PY_DECISIONS];
  return 1 + (code.match(decisions)?.length ?? 0);
}
