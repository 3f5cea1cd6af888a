import { createContext, Script } from "node:vm";
import { PatternUndecided } from "../domain/evaluate.ts";

const TIMEOUT_MS = 250;
const script = new Script("new RegExp(pattern, 'u').test(text)");

/**
 * Matches patterns that come from outside. Some patterns need longer than the age of the universe for a short text; V8 can
 * be told to give up on a script, and on nothing else that runs in this thread.
 *
 * @throws PatternUndecided when it takes too long.
 */
export function matchWithLimit(pattern: string, text: string): boolean {
  try {
    return script.runInContext(createContext({ pattern, text }), { timeout: TIMEOUT_MS }) === true;
  } catch (error) {
    if (isTimeout(error)) throw new PatternUndecided(pattern, { cause: error });
    throw error;
  }
}

/** The error is made in the script's own context, so it is no instance of this one's Error. */
function isTimeout(error: unknown): boolean {
  const given = typeof error === "object" && error !== null && "code" in error;
  return given && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
