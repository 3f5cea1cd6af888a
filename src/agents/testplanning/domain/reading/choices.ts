import type { Decision } from "../constraint.ts";
import { decisionTable } from "../decision-table.ts";
import type { Sentence } from "../text/sentence.ts";
import { type Finding, isFree, matches } from "./finding.ts";
import { identifier } from "./subject.ts";

const choice =
  /\b(at least|exactly|only) (?:one|#(\d+)) of (?:the )?((?:(?! (?:must|shall|should|has|have|needs?|may|can)\b)[^.;:])+) (must|shall|should|has to|have to|needs? to|may|can) be (?:given|provided|present|set|specified|supplied|included|entered|filled in)\b/gu;
const MOST = 6;

/** Reads "At least one of phone, email and address must be given": a decision over all of them. */
export function readChoices(sentence: Sentence, claimed: readonly Finding[]): Finding[] {
  return [...matches(choice, sentence.canon)].flatMap(({ match, span }): Finding[] => {
    const [, which = "", mark, list = "", verb = ""] = match;
    const token = mark === undefined ? undefined : sentence.token(mark);
    const isOne = mark === undefined || (token?.at === "number" && token.amount.value === 1);
    const parts = list.split(/ ?, (?:and |or )?| (?:and|or) /u).map((part) => sentence.written(part));
    const permits = /^(?:may|can)$/u.test(verb);
    if (!isOne || parts.length < 2 || parts.length > MOST || !isFree(span, claimed)) return [];
    if (permits && which !== "only") return [];
    const most = which === "at least" ? parts.length : 1;
    const constraint = countOf(parts, { least: permits ? 0 : 1, most });
    return [{ span, constraint, subject: sentence.written(list), field: "decision" }];
  });
}

/** How many of several things are given, as a decision over all of them. */
export function countOf(
  parts: readonly string[],
  { least, most }: { readonly least: 0 | 1; readonly most: number },
): Decision {
  const conditions = parts.map((text) => ({
    name: identifier(text.replaceAll(/[`"']/gu, "").split(" ")),
    text,
  }));
  const names = conditions.map(({ name }) => name);
  const table = decisionTable(names, (row) => {
    const given = names.filter((name) => row[name] === true).length;
    return given >= least && given <= most;
  });
  const words = least === 0 ? "at most" : "exactly";
  return {
    kind: "decision",
    outcome: `${parts.join(least === 1 && most > 1 ? " or " : ", ")} is given`,
    conditions,
    expression: least === 1 && most > 1 ? names.join(" or ") : `${words} one of ${names.join(", ")}`,
    table,
  };
}
