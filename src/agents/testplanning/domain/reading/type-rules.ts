import type { JsonType } from "../constraint.ts";
import type { Sentence } from "../text/sentence.ts";
import { type Finding, isFree, matches } from "./finding.ts";

const type =
  /\b(?:must|shall|should|has to|have to|needs? to|is|are|be|value is)(?: always)?(?: be)?(?: of type| encoded as| represented as| expressed as)?(?: (?:an?|the))?(?: (?:json|non-empty|valid|single|unicode|utf-8|case-sensitive|opaque|encoded|free-form|simple|plain|floating-point|decimal|real|finite))* (strings?|integers?|whole numbers?|numbers?|booleans?|arrays?|objects?|lists?|maps?)\b(?! (?:of (?:the )?(?:characters|times|occurrences|attempts|items|bytes|octets|days|users|elements)|code|format|that (?:is|are) the))/gu;
const duty = /\b(?:must|shall|should|has to|have to|needs? to|is|are)\b/u;
const names: Readonly<Record<string, JsonType>> = {
  string: "string",
  integer: "integer",
  "whole number": "integer",
  number: "number",
  boolean: "boolean",
  array: "array",
  list: "array",
  object: "object",
  map: "object",
};

/** Reads "must be a JSON string", "MUST be an integer". */
export function readTypes(sentence: Sentence, claimed: readonly Finding[]): Finding[] {
  const found: Finding[] = [];
  for (const { match, span } of matches(type, sentence.canon)) {
    const name = names[(match[1] ?? "").replace(/s$/u, "")];
    const start = span.end - (match[1] ?? "").length;
    const own = { start, end: span.end };
    if (
      name === undefined ||
      !isFree(own, [...claimed, ...found]) ||
      !duty.test(match[0]) ||
      !isDuty(sentence.canon, match)
    )
      continue;
    found.push({ span: own, constraint: { kind: "type", type: name } });
  }
  return found;
}

/** "X is an object that …" defines a word; only a duty, or a plain end of the clause, states a type. */
function isDuty(canon: string, match: RegExpExecArray): boolean {
  if (
    /\b(?:must|shall|should|has to|have to|needs? to)\b/u.test(canon.slice(0, match.index + match[0].length))
  )
    return true;
  if (/\bjson\b/u.test(match[0])) return true;
  const rest = canon.slice(match.index + match[0].length);
  return /\b(?:of type|encoded as)\b/u.test(match[0]) && /^ ?(?:[.,;]|$)/u.test(rest);
}
