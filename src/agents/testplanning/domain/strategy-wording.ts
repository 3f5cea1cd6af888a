import type { Strategy } from "./strategy.ts";
import { numbersIn } from "./wording.ts";

/** The text that code writes about a strategy. */
export function summaryOf({ items, totals }: Strategy): string {
  const high = items.filter(({ priority }) => priority === "high").length;
  const open = totals.requirements - totals.testable;
  const first = `${totals.testable} of ${totals.requirements} requirements can be tested, with ${totals.cases} cases.`;
  const order = high === 0 ? "" : ` High priority comes first (${high}), among it what has the most cases.`;
  const rest =
    open === 0 ? "" : ` Nothing that a test could check is in ${open}: another wording is needed there.`;
  return `${first}${order}${rest}`;
}

/** Why a model's summary cannot be used: a number in it that nobody computed; `null` when there is none. */
export function unknownNumber(text: string, name: string, strategy: Strategy): string | null {
  if (text.trim() === "") return "The text is empty.";
  const given = strategy.items.map(
    ({ requirement, cases, reason }) => `${requirement} ${cases} ${reason ?? ""}`,
  );
  const known = new Set(numbersIn([name, summaryOf(strategy), ...given].join(" ")));
  const strange = numbersIn(text).find((number) => !known.has(number));
  return strange === undefined ? null : `The number ${strange} is not in what was given to the model.`;
}
