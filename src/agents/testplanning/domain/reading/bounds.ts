import type { Sentence, Span } from "../text/sentence.ts";
import type { Amount } from "../text/token.ts";
import { type Finding, isFree, matches } from "./finding.ts";

/** An end of an interval. */
export interface End {
  readonly amount: Amount;
  readonly inclusive: boolean;
}

/** An interval as it is written, before negation and units are looked at. */
export interface Bounds {
  readonly span: Span;
  readonly min: End | null;
  readonly max: End | null;
  /** Where the last number ends: its unit stands there. */
  readonly after: number;
  readonly sides: "two" | "one" | "exact";
  /** No word in the sentence says whether the ends belong to it. */
  readonly assumed: boolean;
  /** "outside the range" */
  readonly outside: boolean;
  /** Canonical words for the value that lie within: the x of `1 <= x <= 9`. */
  readonly subject?: string;
  /** Canonical words inside the phrase that may name the value: the "file size" of "maximum file size is 5". */
  readonly inner?: string;
}

const unit = String.raw`(?: (?!and\b|or\b|to\b|from\b|but\b)(?:[a-z%][\w%/-]*)){0,3}?`;
const ends = String.raw`(?: ?(?:,|\() ?)?(?: ?(inclusive|exclusive|included|excluded|inclusively|exclusively))?(?: ?[),])?`;
const filler =
  "(?:(?:an?|the|ages?|values?|values? of|number of|total of|a minimum of|minimum|min|a maximum of|maximum|max|of) )*";
const [a, b] = [String.raw`#(\d+)`, String.raw`#(\d+)`];

const twoSided: readonly RegExp[] = [
  new RegExp(
    `(?:(?:strictly|anywhere|anything) )?(?:in )?between ${filler}${a}${unit}${ends} and ${filler}${b}`,
    "gu",
  ),
  new RegExp(
    `(?:ranging |range )?from ${filler}${a}${unit}${ends} (?:to|through|thru|until|till|up to|-)(?: and including)? ${filler}${b}`,
    "gu",
  ),
  new RegExp(
    `(?:from )?${a}${unit}${ends} (?:up )?to ,? ?but (?:not including|excluding) ${filler}${b}`,
    "gu",
  ),
  new RegExp(`within ${a}${unit}${ends} and ${b}`, "gu"),
  new RegExp(
    `(?:range|interval|limits|bounds)(?: of| from| between| is|:)? ${a}${unit}${ends} (?:and|to|,|-|\\.\\.) ${b}`,
    "gu",
  ),
  new RegExp(`${a}${unit}${ends} (?:to|through|thru|up to|-|\\.\\.)(?: and including)? ${filler}${b}`, "gu"),
];
const interval = new RegExp(String.raw`([\[(]) #(\d+) (?:,|;|\.\.) #(\d+) ([\])])`, "gu");
const chained = new RegExp(String.raw`#(\d+) (<=|<) ((?:[a-z@\d_-]+ ){1,4})(<=|<) #(\d+)`, "gu");

const than = "(?:than|then)";
const orEqual = "(?: or (?:equals?|equal) to| or the same as)";
const more = "(?:more|greater|larger|higher|older|longer|bigger|heavier|wider|taller|later|faster|above)";
const less = "(?:less|fewer|smaller|lower|younger|shorter|lighter|narrower|earlier|slower|below)";
type Op = ">=" | "<=" | ">" | "<" | "=";
const lead = "(?: ?(?:an?|the|of|is|at|to|be|:|=))*";

/** "the maximum length of a user name or other local part is" */
const ownerOf =
  "(?: [a-z-]+){0,3}? of((?: (?!minimum\\b|maximum\\b|must\\b|and\\b)(?:@\\d+|[a-z][\\w-]*)){1,8}?) (?:is|are|must be|shall be|should be|be)";

/** Longer phrases first: the first that claims a number keeps it. */
const oneSided: readonly (readonly [Op, RegExp])[] = [
  [
    ">=",
    new RegExp(
      `(?:${more} ${than}${orEqual}|equal to or ${more} ${than}|greater or equal(?: ${than}| to)?|equals or exceeds|>=) ${a}`,
      "gu",
    ),
  ],
  [
    "<=",
    new RegExp(
      `(?:${less} ${than}${orEqual}|equal to or ${less} ${than}|less or equal(?: ${than}| to)?|<=) ${a}`,
      "gu",
    ),
  ],
  [
    "<=",
    new RegExp(
      `(?:up to|at)(?: and including)? (?:an? )?(?:maximum|most)(?: of)? ${a}|at the (?:very )?most ${a}|(?:as (?:many|much|long|large) as|up to(?: and including)?|limited to|capped at|restricted to) ${filler}${a}`,
      "gu",
    ),
  ],
  [">=", new RegExp(`at (?:the (?:very )?)?(?:least|minimum)(?: of)? ${a}|as (?:few|little) as ${a}`, "gu")],
  [
    ">=",
    new RegExp(
      `(?:minimum|min|lower (?:bound|limit))(?: [a-z-]+){0,3}?${lead} ${a}|\\bavailable(?: for)? ${a}(?= (?:%|percent))`,
      "gu",
    ),
  ],
  [">=", new RegExp(`minimum${ownerOf} ${a}`, "gu")],
  ["<=", new RegExp(`maximum${ownerOf} ${a}`, "gu")],
  ["<=", new RegExp(`(?:maximum|max|upper (?:bound|limit)|limit)(?: [a-z-]+){0,3}?${lead} ${a}`, "gu")],
  [
    ">=",
    new RegExp(
      `${a}${unit},? (?:or|and) (?:${more}|over|up|upwards?|onwards?|beyond)\\b(?! (?:than |to |of )?#)|${a}${unit} (?:minimum|min|at (?:the )?least|upwards)\\b|${a} \\+`,
      "gu",
    ),
  ],
  [
    "<=",
    new RegExp(
      `${a}${unit},? (?:or|and) (?:${less}|under|down)\\b(?! (?:than |to |of )?#)|${a}${unit} (?:maximum|max|at (?:the )?most)\\b`,
      "gu",
    ),
  ],
  [
    ">",
    new RegExp(
      `(?:strictly )?(?:${more} ${than}|over|above|exceed(?:s|ing|ed)?|beyond|in excess of|surpass(?:es|ing)?|>) ${filler}${a}`,
      "gu",
    ),
  ],
  ["<", new RegExp(`up to ,? ?but (?:not including|excluding) ${filler}${a}`, "gu")],
  ["<", new RegExp(`(?:strictly )?(?:${less} ${than}|under|below|<) ${filler}${a}`, "gu")],
  [">=", new RegExp(`after ${filler}${a}`, "gu")],
  ["<=", new RegExp(`within ${filler}${a}`, "gu")],
  ["=", new RegExp(`(?:exactly|precisely|equal to|equals?|set to|=) ${filler}${a}`, "gu")],
  ["=", new RegExp(`only ${a}`, "gu")],
];
const exactBe = new RegExp(
  `(?:must|shall|should|may only|can only|has to|have to|needs? to|required to|cannot|can't|may not)(?: not| never)?(?: always)? (?:be|have|contain|consist of|number|last)(?: (?:an?|the|of|length|value|exactly))* ${a}|\\b(?:is|are|has|have) (?:exactly )?${a}(?= (?:[a-z-]+ )?(?:characters?|digits?|letters?|octets?|bytes?) (?:long|in length)\\b)`,
  "gu",
);

/** Every interval of numbers in a sentence, left to right. */
export function findBounds(sentence: Sentence, claimed: readonly Finding[]): Bounds[] {
  const found: Bounds[] = [];
  const add = (bounds: Bounds | null) => {
    if (bounds === null || !isFree(bounds.span, claimed)) return;
    if (/^ of (?:the following|these|those|them)\b/u.test(sentence.canon.slice(bounds.span.end))) return;
    if (found.some((other) => bounds.span.start < other.span.end && other.span.start < bounds.span.end))
      return;
    found.push(bounds);
  };
  for (const { match, span } of matches(interval, sentence.canon)) add(bracketed(sentence, match, span));
  for (const { match, span } of matches(chained, sentence.canon)) add(chain(sentence, match, span));
  for (const pattern of twoSided)
    for (const { match, span } of matches(pattern, sentence.canon)) add(pair(sentence, match, span));
  for (const [op, pattern] of [...oneSided, ["=", exactBe] as const])
    for (const { match, span } of matches(pattern, sentence.canon)) add(single(sentence, op, match, span));
  return found.toSorted((x, y) => x.span.start - y.span.start);
}

function end(sentence: Sentence, mark: string | undefined, inclusive: boolean): End | null {
  const token = sentence.token(mark ?? "");
  return token?.at === "number" ? { amount: token.amount, inclusive } : null;
}

function bracketed(sentence: Sentence, match: RegExpExecArray, span: Span): Bounds {
  const min = end(sentence, match[2], match[1] === "[");
  const max = end(sentence, match[3], match[4] === "]");
  return { span, min, max, after: span.end, sides: "two", assumed: false, outside: false };
}

function chain(sentence: Sentence, match: RegExpExecArray, span: Span): Bounds {
  const min = end(sentence, match[1], match[2] === "<=");
  const max = end(sentence, match[5], match[4] === "<=");
  const subject = (match[3] ?? "").trim();
  return { span, min, max, after: span.end, sides: "two", assumed: false, outside: false, subject };
}

const closing =
  /^(?: (?!and\b|or\b)[a-z%][\w%/-]*){0,4}? ?(?:, ?|\( ?)?(?:both |all )?(?:ends? |bounds? |limits? )?(inclusive|exclusive|included|excluded|inclusively|exclusively)\b(?: ?\))?/u;
const wording =
  /\b(including|excluding|inclusive of|exclusive of|not including) (?:both |the |their |these |its )*(?:ends?|endpoints?|end points?|bounds?|boundaries|limits?|two values)\b/u;

/** "up to but not including" */
const leftOut = / but (?:not including|excluding) /u;

function pair(sentence: Sentence, match: RegExpExecArray, span: Span): Bounds {
  const { canon } = sentence;
  const rest = canon.slice(span.end);
  const last = closing.exec(rest);
  const said = wording.exec(canon)?.[1];
  const strict =
    match[0].startsWith("strictly") ||
    said === "excluding" ||
    said === "exclusive of" ||
    said === "not including";
  const word = last?.[1];
  const own = match[2];
  const inclusive = (text: string | undefined) => (text === undefined ? !strict : text.startsWith("in"));
  return {
    span:
      last === null || own !== undefined ? span : { start: span.start, end: span.end + trailing(rest, last) },
    min: end(sentence, match[1], inclusive(own ?? word)),
    max: end(
      sentence,
      match[3],
      !leftOut.test(match[0]) && inclusive(word ?? (own === undefined ? undefined : "inclusive")),
    ),
    after: span.end,
    sides: "two",
    assumed:
      word === undefined && own === undefined && !leftOut.test(match[0]) && said === undefined && !strict,
    outside:
      /\b(?:outside|out of|not in|not within|beyond)(?: of)?(?: the)?(?: range| interval| limits)?(?: of| from| between)? ?$/u.test(
        canon.slice(0, span.start),
      ) || /^(?:outside|beyond)/u.test(match[0]),
  };
}

/** The words up to "inclusive" belong to the interval only when no other number stands between. */
function trailing(rest: string, last: RegExpExecArray): number {
  return rest.slice(0, last[0].length).includes("#") ? 0 : last[0].length;
}

function single(sentence: Sentence, op: Op, match: RegExpExecArray, span: Span): Bounds {
  const groups = match.slice(1).filter((group) => group !== undefined);
  const mark = groups.find((group) => /^\d+$/u.test(group));
  const owner = groups.find((group) => group.startsWith(" "));
  const min = op === ">" || op === ">=" || op === "=" ? end(sentence, mark, op !== ">") : null;
  const max = op === "<" || op === "<=" || op === "=" ? end(sentence, mark, op !== "<") : null;
  const after = sentence.canon.indexOf(`#${mark}`, span.start) + `#${mark}`.length;
  return {
    span: { start: span.start, end: Math.max(span.end, after) },
    min,
    max,
    after,
    sides: op === "=" ? "exact" : "one",
    assumed: false,
    // "must not be 5": the words of this phrase, not those before it, turn it round.
    outside: op === "=" && /\b(?:not|never|cannot|can't)\b/u.test(match[0]),
    ...(owner === undefined ? {} : { subject: owner.trim() }),
    inner: innerWords(match[0]),
  };
}

function innerWords(text: string): string {
  const words =
    /^(?:minimum|maximum|min|max|limit)((?: [a-z-]+)+?)(?: (?:is|be|of|at|to)| [:=])* #/u.exec(text)?.[1] ??
    "";
  return words.trim();
}
