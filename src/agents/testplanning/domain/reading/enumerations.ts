import type { Listed, Measure } from "../constraint.ts";
import type { Sentence, Span } from "../text/sentence.ts";
import type { Token } from "../text/token.ts";
import { charsetAt } from "./charset.ts";
import { endBefore, type Finding, isFree, matches } from "./finding.ts";
import { isNegated } from "./polarity.ts";
import { unitAfter } from "./units.ts";

const duty =
  "(?:must|shall|should|may only|can only|could only|has to|have to|needs? to|is required to|are required to|will|cannot|may not|may)";
const following =
  "(?: the)?(?: following| these| allowed| permitted| valid| supported| predefined| literal| strings?| values?| options?| codes?| constants?)*";

/** Openings after which bare words count as values, not only quoted ones and numbers. */
const strong: readonly RegExp[] = [
  new RegExp(`\\b(?:one|any|some)(?: and only one)? of${following}(?: [a-z]+){0,2}? ?(?::|-)? `, "gu"),
  /\b(?:be|is|are|equal|equals|contain|contains|have|has|value|values|set to|accepts?|to) either(?: of)? /gu,
  /\b(?:allowed|valid|permitted|accepted|supported|possible|legal|acceptable|only)(?: [a-z]+){0,2}? (?:values?|options?|states?|choices?|types?|statuses|codes?|modes?|levels?|methods?|formats?|colou?rs?|sizes?|roles?|currencies|languages?)(?: (?:for|of) (?:[a-z]+|@\d+| ){1,5}?)? ?(?:are|is|include|:) ?:? /gu,
];
/** Openings after which only quoted values and lists of numbers count. */
const weak: readonly RegExp[] = [
  new RegExp(
    `\\b${duty}(?: not| never| only| always| also)*(?: be| equal| have| take| use| return| (?:contain|hold|carry)(?= the (?:exact |literal )?(?:value|string|text)))(?: set| equal)?(?: to| exactly| only| as)*(?: (?:the|an?) (?:exact |literal |fixed |constant )?(?:string|value|literal|text|keyword|token|constant|word|number)(?: of| either)?)? `,
    "gu",
  ),
  /\b(?:equals?(?: to)?|equal to|set to|fixed to|is always|are always|is exactly|the (?:exact |literal )?(?:value|string|literal) (?:is |of )?|(?:value|values) (?:is|are|of) )/gu,
];
const onlyThese = /\bonly (?=[@#a-z])/gu;
const onlyTheValues = /\bonly (?:the )?(?:values?|numbers?|options?|codes?|words?) (?=[@#a-z])/gu;
const categories =
  /\b(?:status|state|type|mode|level|role|kind|unit|priority|method|colou?r|size|gender|category|value|currency|country|language|severity|environment|encoding|format|direction|answer|choice|option|flag|attribute|parameter|setting|switch|protocol|scheme|grade|brand|season|weekday|day)\b[^,]*$/u;

const nouns =
  /^ ?(?:attributes?|headers?|members?|fields?|propert(?:y|ies)|parameters?|elements?|keys?|objects?|events?|followed|plus)\b/u;
const stop =
  /\b(?:is|are|be|must|shall|should|may|can|will|was|of|than|that|which|when|if|in|on|for|with|to|by|at|not|the|this|these|it|they|as|least|most|more|less|between|from|has|have|following|ignoring|regardless|case-insensitive|case-sensitive|case-insensitively|respectively|excluding|except|present|absent|empty|null|unique|valid|provided|omitted)\b/u;

/** "any value other than 0 or 1", "… , but not 40" */
const except =
  "(?<! to (?:, )?(?:but )?)\\b(?:other than|except(?: for)?|besides|excluding|but not(?: including)?|and not|not including) ";
const others = new RegExp(except, "gu");
/** "neither 0 nor 13" */
const neither = /\bneither /gu;
const exceptions = new RegExp(`${except}$`, "u");

/** Reads closed lists of values: "one of …", "either … or …", "must be …". */
export function readEnumerations(sentence: Sentence, claimed: readonly Finding[]): Finding[] {
  const found: Finding[] = [];
  for (const opening of openings(sentence.canon)) {
    const list = listAt(sentence, opening.end, opening.bare);
    if (list === null || isCharset(sentence, list)) continue;
    const words = sentence.canon.slice(list.span.start, list.span.end);
    if (opening.weak && list.bare && !/ (?:or|\||\/) /u.test(words)) continue;
    if (opening.closing !== null && !opening.closing.test(sentence.canon.slice(list.span.end))) continue;
    if (!isFree(list.span, [...claimed, ...found])) continue;
    const excepts = exceptions.test(sentence.canon.slice(0, opening.end));
    if (list.values.length < 2 && (list.bare || (typeof list.values[0] === "number" && !excepts))) continue;
    found.push(toFinding(sentence, list, [...claimed, ...found]));
  }
  return found;
}

/** What has to follow a list, where its opening alone does not say that the list is closed. */
const closings = {
  allowed: /^ (?:[a-z]+ )?(?:are|is|may be|can be|must be|shall be)\b/u,
  theOnly: /^ (?:are|is) the only\b/u,
} as const;

/** "must contain one of": that is in the value, and not all of it. */
const holding = /\b(?:contain|include)(?:s|ing)?(?: at least| also)* $/u;

interface Opening {
  readonly end: number;
  readonly bare: boolean;
  readonly closing: RegExp | null;
  /** "be terse and clear" describes; only "be open or closed" lists. */
  readonly weak: boolean;
}

function openings(canon: string): Opening[] {
  const list: Opening[] = [];
  const add = (pattern: RegExp, bare: boolean, closing: RegExp | null = null) => {
    for (const { match } of matches(pattern, canon))
      if (!holding.test(canon.slice(0, match.index)))
        list.push({ end: match.index + match[0].length, bare, closing, weak: false });
  };
  for (const pattern of strong) add(pattern, true);
  add(onlyThese, true, closings.allowed);
  add(onlyTheValues, true, closings.allowed);
  add(/^(?:the )?(?:values? )?(?=@)/gu, false, closings.theOnly);
  add(others, false);
  add(neither, false);
  for (const pattern of weak) {
    for (const { match } of matches(pattern, canon)) {
      const bare = categories.test(canon.slice(0, match.index));
      list.push({ end: match.index + match[0].length, bare, closing: null, weak: true });
    }
  }
  return list;
}

/** "only letters and digits" speaks of characters, not of two values. */
function isCharset(sentence: Sentence, { bare, span }: List): boolean {
  const read = bare ? charsetAt(sentence, sentence.canon.slice(span.start)) : null;
  return read !== null && span.start + read.length >= span.end;
}

interface List {
  readonly values: Listed[];
  readonly span: Span;
  readonly bare: boolean;
}

const separator = /^(?: ,)?(?: (?:or|and|nor|and\/or|xor))? |^ [|/] /u;
const quote = /^(?:the )?(?:string |value |literal )?@(\d+)(?: \( [^()]{0,60} \))?/u;
const digits = /^#(\d+)(?: (?:%|percent))?/u;
const word =
  /^(?:(?:an?|the) )?([a-z][\w-]*(?: [a-z][\w-]*){0,2}?)(?= ,| or | and | nor | [|/] | [.;:)]| are | is | may |$)/u;

function listAt(sentence: Sentence, start: number, allowBare: boolean): List | null {
  const values: Listed[] = [];
  let [at, end, bare] = [start, start, false];
  for (;;) {
    const text = sentence.canon.slice(at);
    const item = itemAt(sentence, text, allowBare);
    if (item === null) break;
    values.push(item.value);
    bare ||= item.bare;
    end = at + item.length;
    const next = separator.exec(sentence.canon.slice(end));
    if (next === null) break;
    at = end + next[0].length;
  }
  if (values.length === 0 || nouns.test(sentence.canon.slice(end))) return null;
  const booleans = values.every((value) => value === "true" || value === "false") && bare;
  const kept = booleans ? values.map((value) => value === "true") : values;
  return { values: [...new Set(kept)], span: { start, end }, bare: bare && !booleans };
}

function itemAt(
  sentence: Sentence,
  text: string,
  allowBare: boolean,
): { value: Listed; length: number; bare: boolean } | null {
  const quoted = quote.exec(text);
  const token = quoted === null ? undefined : sentence.token(quoted[1] ?? "");
  if (quoted !== null && token?.at === "quoted")
    return { value: token.value, length: quoted[0].length, bare: false };
  const number = digits.exec(text);
  const amount = number === null ? undefined : sentence.token(number[1] ?? "");
  if (
    number !== null &&
    amount?.at === "number" &&
    !/^ (?:or|and) (?:more|less|fewer|above|below|over|older|up|greater|higher)\b/u.test(
      text.slice(number[0].length),
    )
  )
    return { value: valueOf(sentence, amount), length: number[0].length, bare: false };
  const bare = allowBare ? word.exec(text) : null;
  if (bare === null || (stop.test(bare[1] ?? "") && bare[1] !== "on")) return null;
  return { value: original(sentence, text, bare), length: bare[0].length, bare: true };
}

/** "version 1.0" is a name: as a number it would be the same as 1. */
function valueOf(sentence: Sentence, { written, amount }: Token & { at: "number" }): Listed {
  const isName = amount.decimals > 0 && written !== String(amount.value) && /version/u.test(sentence.canon);
  return isName ? written : amount.value;
}

/** The capital letters that the author wrote count: "GET" is not "get". */
function original(sentence: Sentence, text: string, match: RegExpExecArray): string {
  const start = sentence.canon.length - text.length + match[0].length - (match[1] ?? "").length;
  return sentence.asWritten({ start, end: start + (match[1] ?? "").length });
}

const ones = (size: number) => "1".repeat(size);

/** "10 or 13 digits" lists sizes, not values. */
function sizes(list: List, measure: Measure, length: number): Finding {
  const unit = measure === "digits" ? "[0-9]" : "[\\s\\S]";
  const numbers = list.values.map(Number);
  const near = numbers
    .flatMap((size) => [size - 1, size + 1])
    .filter((size) => size >= 0 && !numbers.includes(size));
  const pattern = `^(?:${numbers.map((size) => `${unit}{${size}}`).join("|")})$`;
  const constraint = { kind: "pattern", pattern, description: `${numbers.join(" or ")} ${measure}` } as const;
  const span = { start: list.span.start, end: list.span.end + length };
  return { span, constraint, samples: { valid: numbers.map(ones), invalid: [...new Set(near)].map(ones) } };
}

function toFinding(sentence: Sentence, list: List, claimed: readonly Finding[]): Finding {
  const { measure, length } = unitAfter(sentence.canon.slice(list.span.end));
  if (
    list.values.every((value) => typeof value === "number") &&
    (measure === "digits" || measure === "characters")
  )
    return sizes(list, measure, length);
  const folded =
    /\bcase-?\s?insensitive(?:ly)?\b|\bregardless of (?:the )?case\b|\bignor(?:e|es|ing) (?:the )?case\b|\bin any case\b/u.test(
      sentence.canon,
    );
  const exception = exceptions.exec(sentence.canon.slice(0, list.span.start));
  // The words of an exception belong to it: neither do they turn it round once more, nor do they name the value.
  const span = { start: exception?.index ?? list.span.start, end: list.span.end };
  const negated = isNegated(sentence.canon, span, endBefore(span.start, claimed)) !== (exception !== null);
  const text = list.values.some((value) => typeof value === "string" && /\p{L}/u.test(value));
  const said = folded || /\bcase-?\s?sensitive\b/u.test(sentence.canon);
  const assumptions = text && !said ? ["Capital letters count, as no word says otherwise."] : [];
  const constraint = {
    kind: "enumeration",
    values: list.values,
    caseSensitive: !folded,
    accepts: negated ? "unlisted" : "listed",
  } as const;
  return { span, constraint, assumptions };
}
