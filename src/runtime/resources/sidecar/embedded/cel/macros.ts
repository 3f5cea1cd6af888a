import { CelError } from "./cel-error.ts";
import type { Expression } from "./parse.ts";
import { isMap } from "./values.ts";

type MacroCall = Extract<Expression, { at: "macro" }>;

/** Evaluates a macro: `body` is evaluated for each item of a list, or each key of a map. */
export function evaluateMacro(
  { macro, where, body }: MacroCall,
  of: unknown,
  evaluate: (body: Expression, item: unknown) => unknown,
): unknown {
  const items = itemsOf(of, macro);
  const holds = (item: unknown): boolean => {
    const value = evaluate(body, item);
    if (typeof value !== "boolean") throw new CelError(`the condition of ${macro} gives no true or false`);
    return value;
  };
  switch (macro) {
    case "all":
      return decide(items, holds, false);
    case "exists":
      return decide(items, holds, true);
    case "exists_one":
      return items.filter(holds).length === 1;
    case "filter":
      return items.filter(holds);
    case "map":
      return (where === null ? items : items.filter((item) => evaluate(where, item) === true)).map((item) =>
        evaluate(body, item),
      );
    default:
      return macro satisfies never;
  }
}

/** One item decides, also where another one fails. */
function decide(items: readonly unknown[], holds: (item: unknown) => boolean, deciding: boolean): boolean {
  let failed: unknown;
  for (const item of items) {
    try {
      if (holds(item) === deciding) return deciding;
    } catch (error) {
      failed ??= error;
    }
  }
  if (failed !== undefined) throw failed;
  return !deciding;
}

function itemsOf(of: unknown, macro: string): readonly unknown[] {
  if (Array.isArray(of)) return of;
  if (isMap(of)) return Object.keys(of);
  throw new CelError(`${macro} goes through a list or a map`);
}
