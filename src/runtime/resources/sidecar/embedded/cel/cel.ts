import { evaluate } from "./evaluate.ts";
import { CelError } from "./cel-error.ts";
import { parse } from "./parse.ts";

export { CelError } from "./cel-error.ts";

/** A compiled condition: says whether it holds for some variables. Throws {@link CelError} where it fails on them. */
export type CelProgram = (variables: Readonly<Record<string, unknown>>) => boolean;

/**
 * Compiles a condition in the Common Expression Language (https://github.com/google/cel-spec), as routing rules (`event`
 * is the CloudEvent) and circuit breakers (`consecutiveFailures` …) use it. Not there: messages, bytes, timestamps and
 * durations, and the type check before the first event. What cannot be parsed is a {@link CelError} at once.
 */
export function compileCel(source: string): CelProgram {
  const expression = parse(source);
  return (variables) => {
    const value = evaluate(expression, variables);
    if (typeof value !== "boolean") throw new CelError(`"${source}" does not give true or false`);
    return value;
  };
}
