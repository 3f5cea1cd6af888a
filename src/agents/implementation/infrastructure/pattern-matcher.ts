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
    if (error instanceof Error && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT") {
      throw new PatternUndecided(pattern, { cause: error });
    }
    throw error;
  }
}
