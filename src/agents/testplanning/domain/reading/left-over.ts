import type { Sentence } from "../text/sentence.ts";
import type { Condition } from "./conditions.ts";
import type { Finding } from "./finding.ts";
import { alternative } from "./unread.ts";

/** What a sentence says and no rule holds, so that nobody thinks it is tested. */
export function leftOver(
  sentence: Sentence,
  findings: readonly Finding[],
  condition: Condition | null,
): string[] {
  return [
    ...(condition === null ? leftUnread(sentence, findings) : []),
    ...valuesLeft(sentence, findings, condition),
  ];
}

const duty = /\b(?:must|shall|should)\b/gu;

/** "… and must not contain the username": a duty of which nothing was read. */
function leftUnread(sentence: Sentence, findings: readonly Finding[]): string[] {
  const { canon } = sentence;
  const starts = [...canon.matchAll(duty)].map((match) => match.index);
  const others = [...canon.matchAll(alternative)].flatMap(({ 0: found, index: start }) => {
    const span = { start: start + 1, end: start + found.length };
    return findings.every(({ span: { start: from, end: to } }) => from >= span.end || to <= span.start)
      ? [`Not tested: "${sentence.asWritten(span)}".`]
      : [];
  });
  const duties = starts.flatMap((start, index) => {
    const next = starts[index + 1] ?? canon.length;
    const end = start + (/ [.;]/u.exec(canon.slice(start, next))?.index ?? next - start);
    if (findings.some(({ span }) => span.start < end && span.end > start)) return [];
    return index > 0 || start > (findings.at(-1)?.span.end ?? 0)
      ? [`Not tested: "${sentence.asWritten({ start, end }).replace(/[ ,]*(?:and|but|or)?$/u, "")}".`]
      : [];
  });
  return [...others, ...duties];
}

/** "between 1 and 10 and not 5": a number or a moment that no rule took. */
function valuesLeft(sentence: Sentence, findings: readonly Finding[], condition: Condition | null): string[] {
  const taken = [...findings.map(({ span }) => span), ...(condition === null ? [] : [condition.condition])];
  return sentence.tokens.flatMap((token, index) => {
    // "a two-digit number" and "between two requests" describe.
    if ((token.at !== "number" && token.at !== "moment") || !/\d/u.test(token.written)) return [];
    const { start } = sentence.spanOf(index);
    return taken.some((span) => start >= span.start && start < span.end)
      ? []
      : [`Not tested: no rule was made of ${token.written}.`];
  });
}
