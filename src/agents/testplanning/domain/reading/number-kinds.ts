import type { Range } from "../constraint.ts";
import type { Sentence, Span } from "../text/sentence.ts";
import { endBefore, type Finding, isFree, matches } from "./finding.ts";
import { isNegated } from "./polarity.ts";

const noun =
  "(?: (?:json |finite |decimal |real |whole |signed |32-bit |64-bit )*(integers?|whole numbers?|numbers?|values?|decimals?|amounts?|floats?|floating-point numbers?|numbers))";
const words = new RegExp(
  `\\b(?:strictly )?(non-?negative|non-?positive|non-?zero|positive|negative)(?:${noun}\\b|(?= ?(?:[.,;)]|$| and | or | when | if | multiples? of )))`,
  "gu",
);
const zero = /\b(?:be|is|are|equals?|equal to)(?: not)? zero\b/gu;
const multiples =
  /\b(?:(?:an? )?(?:integer |exact |whole )?multiples? of|(?:evenly )?divisible by|(?:in )?(?:steps|increments|multiples) of) #(\d+)/gu;
const places =
  /\b(?:(?:at most|no more than|not (?:have |contain |use )?more than|up to|a maximum of|maximum|max|only|with|has|have|to) )+#(\d+) (?:decimal (?:places?|digits?)|decimals?|digits? after the decimal point)\b/gu;
const even = /\b(?:be|is|are|an?|only) even\b(?: (?:whole )?(?:numbers?|integers?|values?))?/gu;
const bits = /\b(signed|unsigned)? ?#(\d+) ?-? ?bit(?: (signed|unsigned))? integers?\b/gu;

const open: Range = {
  kind: "range",
  min: null,
  minInclusive: false,
  max: null,
  maxInclusive: false,
  step: 1,
  whole: false,
  multipleOf: null,
  accepts: "inside",
  unit: null,
};

/** Reads bounds that are words: positive, non-negative, a multiple of 5, even, a signed 32-bit integer. */
export function readNumberKinds(sentence: Sentence, claimed: readonly Finding[]): Finding[] {
  const found: Finding[] = [];
  const add = (span: Span, range: Range, assumptions: string[] = []) => {
    const taken = [...claimed, ...found];
    if (!isFree(span, taken)) return;
    const negated = isNegated(sentence.canon, span, endBefore(span.start, taken));
    // A range holds all of what it says: "no multiple of 5" is none.
    if (negated && range.multipleOf !== null) return;
    found.push({ span, constraint: negated ? opposite(range) : range, assumptions });
  };
  for (const { match, span } of matches(bits, sentence.canon)) {
    const range = fixedWidth(sentence, match);
    if (range !== null)
      add(
        span,
        range,
        match[1] === undefined && match[3] === undefined
          ? ["An integer of a fixed width is signed, as no word says otherwise."]
          : [],
      );
  }
  for (const { match, span } of matches(words, sentence.canon))
    add(span, signed(match[1] ?? "", /integer|whole/u.test(match[0])));
  for (const { match, span } of matches(zero, sentence.canon))
    add(span, {
      ...open,
      min: 0,
      max: 0,
      minInclusive: true,
      maxInclusive: true,
      accepts: match[0].includes(" not") ? "outside" : "inside",
    });
  for (const { match, span } of matches(multiples, sentence.canon)) {
    const token = sentence.token(match[1] ?? "");
    if (token?.at === "number" && token.amount.value > 0)
      add(span, {
        ...open,
        multipleOf: token.amount.value,
        step: token.amount.decimals > 0 ? Number(`1e-${token.amount.decimals}`) : 1,
      });
  }
  for (const { match, span } of matches(places, sentence.canon)) {
    const token = sentence.token(match[1] ?? "");
    const step =
      token?.at === "number" && token.amount.value <= 10 ? Number(`1e-${token.amount.value}`) : null;
    if (step !== null) add(span, { ...open, multipleOf: step, step });
  }
  for (const { span } of matches(even, sentence.canon)) add(span, { ...open, multipleOf: 2, whole: true });
  return found;
}

function signed(word: string, whole: boolean): Range {
  const kind = word.replace("-", "");
  if (kind === "positive") return { ...open, min: 0, whole };
  if (kind === "nonnegative") return { ...open, min: 0, minInclusive: true, whole };
  if (kind === "negative") return { ...open, max: 0, whole };
  if (kind === "nonpositive") return { ...open, max: 0, maxInclusive: true, whole };
  return { ...open, min: 0, max: 0, minInclusive: true, maxInclusive: true, whole, accepts: "outside" };
}

/** 64 bits do not fit a JSON number exactly, so they are left unread. */
function fixedWidth(sentence: Sentence, match: RegExpExecArray): Range | null {
  const token = sentence.token(match[2] ?? "");
  if (token?.at !== "number" || ![8, 16, 24, 32].includes(token.amount.value)) return null;
  const isUnsigned = match[1] === "unsigned" || match[3] === "unsigned";
  const size = 2 ** token.amount.value;
  const [min, max] = isUnsigned ? [0, size - 1] : [-size / 2, size / 2 - 1];
  return { ...open, min, max, minInclusive: true, maxInclusive: true, whole: true };
}

function opposite(range: Range): Range {
  if (range.min !== null && range.max !== null)
    return { ...range, accepts: range.accepts === "inside" ? "outside" : "inside" };
  return {
    ...range,
    min: range.max,
    minInclusive: range.max !== null && !range.maxInclusive,
    max: range.min,
    maxInclusive: range.min !== null && !range.minInclusive,
  };
}
