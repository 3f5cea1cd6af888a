import type { Operator } from "../constraint.ts";
import type { Sentence } from "../text/sentence.ts";
import { endBefore, type Finding, isFree, matches } from "./finding.ts";
import { isNegated } from "./polarity.ts";
import { fieldOf } from "./subject.ts";

const other =
  "(?:the |its |their |that of )*(?:values? of )?(?:the |its )?((?:@\\d+|[a-z][\\w-]*)(?: (?!and\\b|or\\b|if\\b|when\\b|but\\b)[a-z@][\\w-]*){0,3})(?= ?[.,;)]|$| and | or | if | when )";
const verb = "\\b(?:must|shall|should|has to|have to|needs? to|may|can)(?: not| never)?(?: always)? ";
const compared = new RegExp(
  `${verb}(?:be |come |lie |occur |fall )?(?:strictly )?(greater than or equal to|less than or equal to|on or after|on or before|at or after|at or before|not before|not after|greater than|more than|larger than|higher than|later than|longer than|after|exceed|less than|fewer than|smaller than|lower than|earlier than|shorter than|before|equal to|equal|identical to|the same as|match|different from|differ from) ${other}`,
  "gu",
);
const operators: Readonly<Record<string, Operator>> = {
  "greater than or equal to": ">=",
  "less than or equal to": "<=",
  "on or after": ">=",
  "on or before": "<=",
  "at or after": ">=",
  "at or before": "<=",
  "not before": ">=",
  "not after": "<=",
  "greater than": ">",
  "more than": ">",
  "larger than": ">",
  "higher than": ">",
  "later than": ">",
  "longer than": ">",
  after: ">",
  exceed: ">",
  "less than": "<",
  "fewer than": "<",
  "smaller than": "<",
  "lower than": "<",
  "earlier than": "<",
  "shorter than": "<",
  before: "<",
  "equal to": "=",
  equal: "=",
  "identical to": "=",
  "the same as": "=",
  match: "=",
  "different from": "!=",
  "differ from": "!=",
};
const opposites: Readonly<Record<Operator, Operator>> = {
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
  "=": "!=",
  "!=": "=",
};
const unique =
  /\b(?:must|shall|should|has to|have to|are|is)(?: all| always)?(?: be)? unique\b|\bno two [^.;]*? (?:have|share|with|use) the same\b|\b(?:not|no|without)(?: [a-z]+)?(?: any)? (?:contain |have |include )?duplicates?\b|\bno duplicates?\b|\bmust be distinct\b/gu;
const vagueOther =
  /\b(?:pattern|format|grammar|regular expression|specification|schema|syntax|requirements?|rules?|conventions?|needs?|expectations?|standards?|definition|production|abnf)\b/u;

/** Reads rules between two fields ("the end must be after the start") and uniqueness. */
export function readRelations(sentence: Sentence, claimed: readonly Finding[]): Finding[] {
  const found: Finding[] = [];
  for (const { match, span } of matches(compared, sentence.canon)) {
    const taken = [...claimed, ...found];
    const right = sentence.written(match[2] ?? "");
    const left = sentence.canon.slice(endBefore(span.start, taken), span.start);
    if (!isFree(span, taken) || vagueOther.test(match[2] ?? "")) continue;
    const plain = operators[match[1] ?? ""] ?? "=";
    const negated =
      / (?:not|never) /u.test(match[0].slice(0, match[0].indexOf(match[1] ?? ""))) !==
      isNegated(sentence.canon, span, span.start);
    const operator = negated ? opposites[plain] : plain;
    const [leftField, rightField] = [fieldOf(sentence, left), fieldOf(sentence, match[2] ?? right)];
    if (leftField === rightField) continue;
    found.push({ span, constraint: { kind: "comparison", left: leftField, operator, right: rightField } });
  }
  for (const { span } of matches(unique, sentence.canon))
    if (isFree(span, [...claimed, ...found])) found.push({ span, constraint: { kind: "unique" } });
  return found;
}
