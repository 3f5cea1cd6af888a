import { evaluate } from "./evaluate.ts";
import { CelError } from "./cel-error.ts";
import { parse } from "./parse.ts";

export { CelError } from "./cel-error.ts";

/** A compiled routing rule: says whether it holds for an event. Throws {@link CelError} where it fails on it. */
export type CelProgram = (event: unknown) => boolean;

/**
 * Compiles the part of the Common Expression Language (https://github.com/google/cel-spec) that routing rules use:
 * comparisons, `&&`, `||`, `!`, `in`, parentheses, lists, `has(event.data.x)`, `size`, `startsWith`, `endsWith`,
 * `contains`, `matches`, literals. `event` is the CloudEvent. Anything else is a {@link CelError} at compile time.
 */
export function compileCel(source: string): CelProgram {
  const expression = parse(source);
  return (event) => {
    const value = evaluate(expression, event);
    if (typeof value !== "boolean") throw new CelError(`"${source}" does not give true or false`);
    return value;
  };
}
