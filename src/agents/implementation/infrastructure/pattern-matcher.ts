import { createContext, Script } from "node:vm";
import { PatternUndecided } from "../domain/evaluate.ts";
import type { MatchPattern } from "../domain/evaluate.ts";

/** For all matches of one specification together: nothing else runs in this thread meanwhile. */
const LIMIT_MS = 1000;
const script = new Script("new RegExp(pattern, 'u').test(text)");

/**
 * Matches patterns that come from outside. Some patterns need longer than the age of the universe for a short text; V8 can
 * be told to give up on a script, and on nothing else that runs in this thread.
 *
 * @returns a function that throws PatternUndecided when it, or all its calls together, take too long.
 */
export function matcherWithLimit(): MatchPattern {
  const values = { pattern: "", text: "" };
  const context = createContext(values);
  let left = LIMIT_MS;
  return (pattern, text) => {
    if (left <= 0) throw new PatternUndecided(pattern);
    Object.assign(values, { pattern, text });
    const start = performance.now();
    try {
      return script.runInContext(context, { timeout: Math.ceil(left) }) === true;
    } catch (error) {
      if (isTimeout(error)) throw new PatternUndecided(pattern, { cause: error });
      throw error;
    } finally {
      left -= performance.now() - start;
    }
  };
}

/** The error is made in the script's own context, so it is no instance of this one's Error. */
function isTimeout(error: unknown): boolean {
  const given = typeof error === "object" && error !== null && "code" in error;
  return given && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
