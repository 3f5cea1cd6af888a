import type { Sentence } from "../text/sentence.ts";
import { endBefore, type Finding, isFree, matches } from "./finding.ts";
import { clauseBefore } from "./polarity.ts";

const duty =
  "(?:must|is required to|are required to|shall|should|has to|have to|needs? to|is to|are to|will|may|cannot|can)";
const adverbs = "(?: always| also| only| explicitly| at least)*";
const holders =
  "header fields?|headers?|attributes?|members?|fields?|propert(?:y|ies)|parameters?|elements?|keys?|claims?|tags?|columns?";
const given =
  "present|provided|supplied|included|specified|given|sent|declared|defined|set|available|filled(?: in| out)?|entered|stated|indicated|populated|returned|added|used|null|missing|absent|omitted|left out";
const elsewhere =
  "(?! (?:#\\d+|to|as|by|with|between|within|before|after|only|at|from|using|over|via|for|of|than|inside|like|more|less)\\b)";

const beGiven = new RegExp(
  `\\b${duty}(?: (not|never|neither))?${adverbs} be(?: (not|never))? (${given})\\b${elsewhere}`,
  "gu",
);
const isRequired =
  /(?:\b(?:is|are)(?: (not|never))?(?: always)?|:) (required|mandatory|compulsory|obligatory|present)\b(?! (?:to|by|for|that|if|when|reading)\b)/gu;
const have = new RegExp(
  `\\b${duty}(?: (not|never))?${adverbs} (?:include|have|contain|carry|provide|specify|supply|send|define|declare|generate|return|use|set|add|hold|bear) (?:an? |the |its |their |any )?((?:@\\d+|(?!the\\b|an?\\b|its\\b|any\\b)[a-z][\\w-]*)(?: [a-z][\\w-]*){0,2}?) (?:${holders})\\b(?! (?:of|between|with|that|from|longer|shorter)\\b)`,
  "gu",
);
const haveNamed = new RegExp(
  `\\b${duty}(?: (not|never))?${adverbs} (?:include|have|contain|carry|provide|specify|supply|define|declare|bear) (?:an? |the |its |their |any )?(@\\d+)(?= [.,;]| in\\b| and\\b|$)`,
  "gu",
);
const haveThing = new RegExp(
  `\\b${duty}(?: (not|never))?${adverbs} (?:include|have|contain|carry|specify|supply|state|bear) (?:an? |the |its |their )((?:[a-z][\\w-]*)(?: [a-z][\\w-]*){0,2})(?= [.,;]|$)`,
  "gu",
);
const generic =
  /\b(?:length|value|minimum|maximum|size|number|way|effect|performance|look|feel|experience|interface|design|unique|same|impact|behaviou?r|response|amount|good|clear|support|positive|negative|valid|string|integer|strong|duplicates?|only|space|spaces|whitespace|letter|digit|range|format|uri|url)\b/u;
const systems =
  /\b(?:systems?|applications?|software|interfaces?|platforms?|services?|pages?|ui|implementations?|products?|tools?|solutions?|sites?|websites?|apps?)\b/u;
const nonEmpty =
  /\bnon-?empty\b|\b(?:not|never)(?: be)?(?: an?)? (?:empty|blank|zero-length)\b|\bcannot be (?:empty|blank)\b|\bat least #\d+ character in length\b/gu;

const emptied = /\b(?:must|shall|should|has to|have to)(?: always)? be (?:empty|blank)\b/gu;

/** Reads "MUST be present", "is REQUIRED", "must include a … header", "must not be empty". */
export function readPresence(sentence: Sentence, claimed: readonly Finding[]): Finding[] {
  const found: Finding[] = [];
  const add = (finding: Finding) => {
    if (isFree(finding.span, [...claimed, ...found])) found.push(finding);
  };
  for (const finding of filled(sentence)) add(finding);
  for (const { match, span } of matches(beGiven, sentence.canon)) {
    if (/^may\b|^can\b/u.test(match[0]) && match[1] === undefined) continue;
    const turned =
      match[1] !== undefined ||
      match[2] !== undefined ||
      match[0].startsWith("cannot") ||
      startsWithNo(sentence, span.start, [...claimed, ...found]);
    const lacking = /^(?:null|missing|absent|omitted|left out)$/u.test(match[3] ?? "");
    add({ span, constraint: { kind: "presence", required: turned === lacking } });
  }
  for (const { match, span } of matches(isRequired, sentence.canon)) {
    const counted = endBefore(span.start, claimed) === span.start - 1 && span.start > 0;
    if (
      match[1] === undefined &&
      !counted &&
      !(match[2] === "present" && isCondition(sentence.canon, span.start))
    )
      add({ span, constraint: { kind: "presence", required: true } });
  }
  for (const pattern of [have, haveNamed, haveThing])
    for (const finding of had(sentence, pattern, claimed)) add(finding);
  return found;
}

function* filled(sentence: Sentence): Generator<Finding> {
  for (const { span } of matches(nonEmpty, sentence.canon)) {
    if (isCondition(sentence.canon, span.start)) continue;
    const near = sentence.canon.slice(span.start - 40 < 0 ? 0 : span.start - 40, span.end + 30);
    const of = /\b(?:array|list|collection|set)\b/u.test(near) ? "items" : "characters";
    yield { span, constraint: { kind: "length", of, min: 1, max: null } };
  }
  for (const { span } of matches(emptied, sentence.canon))
    yield { span, constraint: { kind: "length", of: "characters", min: null, max: 0 } };
}

function* had(sentence: Sentence, pattern: RegExp, claimed: readonly Finding[]): Generator<Finding> {
  for (const { match, span } of matches(pattern, sentence.canon)) {
    const name = match[2] ?? "";
    if (/^(?:may|can)\b/u.test(match[0]) && match[1] === undefined) continue;
    const owner = clauseBefore(sentence.canon, span.start, endBefore(span.start, claimed));
    if (
      !name.startsWith("@") &&
      (generic.test(name) || (pattern === haveThing && (match[1] !== undefined || systems.test(owner))))
    )
      continue;
    if (/#/u.test(match[0])) continue;
    yield {
      span,
      constraint: {
        kind: "presence",
        required: match[1] === undefined && !startsWithNo(sentence, span.start, claimed),
      },
      subject: sentence.written(name),
    };
  }
}

/** "No cookie may be set": the subject itself denies. */
function startsWithNo(sentence: Sentence, start: number, claimed: readonly Finding[]): boolean {
  return /^ ?(?:no|neither)\b/u.test(clauseBefore(sentence.canon, start, endBefore(start, claimed)));
}

function isCondition(canon: string, start: number): boolean {
  return /\b(?:if|when|where|unless|whenever|once)\b[^,;.]*$/u.test(canon.slice(0, start));
}
