import type { Condition, RuleTable } from "../decision/rule-table.ts";
import { oneLine, table } from "./text.ts";

/** All actions of a rule in one cell. */
const LONGEST = 5000;

/** A decision table as an outline: one example for each row of the collapsed table. */
export function tableFeature(
  name: string,
  conditions: readonly Condition[],
  { collapsed }: RuleTable,
): string {
  const title = plain(name);
  const columns = conditions.map((_, at) => `c${at + 1}`);
  const rows = collapsed.map(({ test, actions }) =>
    [...test, actions.length === 0 ? "nothing" : actions.join(", ")].map(plain),
  );
  if (rows.length === 0) return `Feature: ${title}\n`;
  const lines = [
    `Feature: ${title}`,
    "",
    `  Scenario Outline: ${title}`,
    ...conditions.map((each, at) => `    ${at === 0 ? "Given" : "And"} ${plain(each.name)} is <c${at + 1}>`),
    "    When it is decided",
    "    Then what is done is <actions>",
    "",
    "    Examples:",
    ...table([[...columns, "actions"], ...rows], "      "),
  ];
  return `${lines.join("\n")}\n`;
}

/** On one line, and without what would be filled in from the examples. */
function plain(text: string): string {
  return oneLine(text, LONGEST).replaceAll(/<(c\d+|actions)>/gu, "($1)");
}
