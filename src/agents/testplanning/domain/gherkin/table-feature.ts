import type { Condition, RuleTable } from "../decision/rule-table.ts";
import { oneLine, table } from "./text.ts";

/** A decision table as an outline: one example for each row of the collapsed table. */
export function tableFeature(
  name: string,
  conditions: readonly Condition[],
  { collapsed }: RuleTable,
): string {
  const title = oneLine(name);
  const columns = conditions.map((_, at) => `c${at + 1}`);
  const rows = collapsed.map(({ test, actions }) => [
    ...test,
    actions.length === 0 ? "nothing" : actions.join(", "),
  ]);
  if (rows.length === 0) return `Feature: ${title}\n`;
  const lines = [
    `Feature: ${title}`,
    "",
    `  Scenario Outline: ${title}`,
    ...conditions.map(
      (each, at) => `    ${at === 0 ? "Given" : "And"} ${oneLine(each.name)} is <c${at + 1}>`,
    ),
    "    When it is decided",
    "    Then what is done is <actions>",
    "",
    "    Examples:",
    ...table([[...columns, "actions"], ...rows], "      "),
  ];
  return `${lines.join("\n")}\n`;
}
