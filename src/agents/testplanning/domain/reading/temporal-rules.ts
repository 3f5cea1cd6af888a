import type { Temporal } from "../constraint.ts";
import type { Sentence, Span } from "../text/sentence.ts";
import { endBefore, type Finding, isFree, matches } from "./finding.ts";
import { isNegated } from "./polarity.ts";

const [a, b] = [String.raw`~(\d+)`, String.raw`~(\d+)`];
const ends = String.raw`(?: ?,)?(?: ?\(?(?: ?both)? ?(inclusive|exclusive)(?: ?\))?)?`;
const halfOpen = new RegExp(
  `(?:from )?${a} (?:up )?(?:to|until|till) ,? ?but (?:not including|excluding) ,? ?${b}`,
  "gu",
);
const pairs = [
  new RegExp(`(?:strictly )?between (?:the )?${a} and (?:the )?${b}${ends}`, "gu"),
  new RegExp(`(?:from )?${a} (?:to|through|until|till|up to|-)(?: and including)? ${b}${ends}`, "gu"),
];
const singles: readonly (readonly [">=" | "<=" | ">" | "<", RegExp])[] = [
  [
    ">=",
    new RegExp(
      `(?:on or after|at or after|no earlier than|not before|starting (?:on|from|at)|as of|from|since|${a} or (?:later|after)) ?(?:${a})?`,
      "gu",
    ),
  ],
  [
    "<=",
    new RegExp(
      `(?:on or before|at or before|no later than|at the latest|until|till|up to|by|${a} or (?:earlier|before)) ?(?:${a})?`,
      "gu",
    ),
  ],
  [">", new RegExp(`(?:later than|after|past) ${a}`, "gu")],
  ["<", new RegExp(`(?:earlier than|before|prior to) ${a}`, "gu")],
];

/** Reads bounds on dates and times of day. */
export function readTemporal(sentence: Sentence, claimed: readonly Finding[]): Finding[] {
  const found: Finding[] = [];
  const add = (span: Span, rule: Temporal | null, assumed: boolean) => {
    if (rule === null || !isFree(span, [...claimed, ...found])) return;
    const negated = isNegated(sentence.canon, span, endBefore(span.start, [...claimed, ...found]));
    const constraint = negated ? opposite(rule) : rule;
    if (constraint === null) return;
    const assumptions = assumed ? ["Both ends of the interval belong to it, as no word says otherwise."] : [];
    found.push({ span, constraint, assumptions });
  };
  for (const { match, span } of matches(halfOpen, sentence.canon))
    add(span, made(sentence, match[1], match[2], true, false), false);
  for (const pattern of pairs)
    for (const { match, span } of matches(pattern, sentence.canon)) {
      const inclusive = match[3] !== "exclusive" && !match[0].startsWith("strictly");
      add(
        span,
        made(sentence, match[1], match[2], inclusive, inclusive),
        match[3] === undefined && inclusive,
      );
    }
  for (const [op, pattern] of singles)
    for (const { match, span } of matches(pattern, sentence.canon)) {
      const mark = match[1] ?? match[2];
      const [min, max] = op.startsWith(">") ? [mark, undefined] : [undefined, mark];
      if (mark !== undefined) add(span, made(sentence, min, max, op === ">=", op === "<="), false);
    }
  return found;
}

function made(
  sentence: Sentence,
  first: string | undefined,
  second: string | undefined,
  minInclusive: boolean,
  maxInclusive: boolean,
): Temporal | null {
  const [min, max] = [first, second].map((mark) => (mark === undefined ? undefined : sentence.token(mark)));
  const some = min ?? max;
  if (
    some?.at !== "moment" ||
    (min !== undefined &&
      max !== undefined &&
      (min.at !== "moment" || max.at !== "moment" || min.of !== max.of))
  )
    return null;
  const low = min?.at === "moment" ? min.value : null;
  const high = max?.at === "moment" ? max.value : null;
  const seconds = [low, high].some((value) => value !== null && value.length === 8);
  const step = some.of === "date" ? "day" : seconds ? "second" : "minute";
  return {
    kind: "temporal",
    of: some.of,
    min: low,
    minInclusive: low !== null && minInclusive,
    max: high,
    maxInclusive: high !== null && maxInclusive,
    step,
  };
}

/** The complement of a half-open stretch; a window that is ruled out has none of this kind. */
function opposite(rule: Temporal): Temporal | null {
  if (rule.min !== null && rule.max !== null) return null;
  return {
    ...rule,
    min: rule.max,
    minInclusive: rule.max !== null && !rule.maxInclusive,
    max: rule.min,
    maxInclusive: rule.min !== null && !rule.minInclusive,
  };
}
