import { withoutInstructions } from "./instructions.ts";
import type { Strategy } from "./strategy.ts";
import { inventedIn } from "./wording.ts";

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

/** Why a model's summary cannot be used: something in it that it was not told; `null` when there is nothing. */
export function summaryObjection(text: string, name: string, strategy: Strategy): string | null {
  if (text.trim() === "") return "The text is empty.";
  const given = strategy.items.map(
    ({ requirement, cases, reason }) => `${withoutInstructions(requirement)} ${cases} ${reason ?? ""}`,
  );
  return inventedIn(text, [name, summaryOf(strategy), ...given].join("\n"));
}
