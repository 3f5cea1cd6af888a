import type { Length, Range } from "../constraint.ts";
import { stepOf } from "../decimal.ts";
import type { Sentence, Span } from "../text/sentence.ts";
import { type Bounds, type End, findBounds } from "./bounds.ts";
import { charsetAt } from "./charset.ts";
import { endBefore, type Finding } from "./finding.ts";
import { isTurned, type Turns, turnsAround } from "./polarity.ts";
import { madeOnlyOf } from "./text-rules.ts";
import { unitAfter, type UnitWords } from "./units.ts";

/** An interval with negation resolved. */
interface Interval {
  readonly bounds: Bounds;
  readonly min: End | null;
  readonly max: End | null;
  readonly outside: boolean;
}

/** Reads numbers with bounds: ranges, limits, counts and lengths. */
export function readQuantities(sentence: Sentence, claimed: readonly Finding[]): Finding[] {
  const intervals = pairUp(
    sentence,
    findBounds(sentence, claimed).filter((bounds) => !isMerelyMany(sentence, bounds)),
    claimed,
  );
  return intervals.flatMap((interval, index) => {
    const finding = toFinding(sentence, interval, intervals[index + 1], claimed);
    if (finding === null) return [];
    if (finding.constraint.kind !== "length") return [finding];
    const kind = isOfDifferent(sentence, interval.bounds)
      ? ({ span: finding.span, constraint: { kind: "unique" } } as const)
      : charactersOf(sentence, interval.bounds, finding.span);
    return kind === null ? [finding] : [finding, kind];
  });
}

/** "a request to buy one or more products" counts nothing: only a duty makes a limit of it. */
function isMerelyMany({ canon }: Sentence, { span, min }: Bounds): boolean {
  const text = canon.slice(span.start, span.end);
  if (!/^#\d+ or more$/u.test(text) || min === null || min.amount.value > 1) return false;
  return !/\b(?:must|shall|should|required|has to|have to|needs?|may only|only)\b/u.test(canon);
}

function pairUp(sentence: Sentence, all: readonly Bounds[], claimed: readonly Finding[]): Interval[] {
  const read: { interval: Interval; turns: Turns; raw: Bounds }[] = [];
  for (const bounds of all) {
    const last = read.at(-1);
    const from = Math.max(endBefore(bounds.span.start, claimed), last?.raw.span.end ?? 0);
    const turns = turnsAround(sentence.canon, bounds.span, from, last?.turns);
    const link = /^[ ,]*(and|or)(?: (?:be|is|are))? *$/u.exec(
      withoutUnit(sentence, last?.raw, bounds.span.start),
    )?.[1];
    const joint = last === undefined ? null : gap(last.raw, bounds, link, isTurned(turns));
    if (joint !== null) read[read.length - 1] = { interval: joint, turns, raw: joint.bounds };
    else read.push({ interval: turned(bounds, isTurned(turns)), turns, raw: bounds });
  }
  return read.map(({ interval }) => interval);
}

function withoutUnit(sentence: Sentence, last: Bounds | undefined, to: number): string {
  if (last === undefined) return "";
  const rest = sentence.canon.slice(last.span.end, to);
  return rest.slice(unitAfter(rest).length);
}

/**
 * "less than 0 or greater than 100" accepts what lies outside; "above 0 and below 100 are rejected" rejects
 * what lies inside: both are one interval with `outside`.
 */
function gap(first: Bounds, second: Bounds, link: string | undefined, isNegative: boolean): Interval | null {
  if (first.sides !== "one" || second.sides !== "one") return null;
  const span = { start: first.span.start, end: second.span.end };
  const bounds = { ...second, span };
  const [low, high] = [first.min ?? second.min, first.max ?? second.max];
  if (low === null || high === null) return null;
  if (link === "or" && !isNegative && high.amount.value < low.amount.value)
    return { bounds, min: opposite(high), max: opposite(low), outside: true };
  if (link === "and" && isNegative && low.amount.value < high.amount.value)
    return { bounds, min: low, max: high, outside: true };
  return null;
}

function opposite(end: End): End {
  return { ...end, inclusive: !end.inclusive };
}

function turned(bounds: Bounds, isNegative: boolean): Interval {
  const { min, max, outside } = bounds;
  if (!isNegative) return { bounds, min, max, outside };
  if (bounds.sides !== "one") return { bounds, min, max, outside: !outside };
  return {
    bounds,
    min: max === null ? null : opposite(max),
    max: min === null ? null : opposite(min),
    outside,
  };
}

function toFinding(
  sentence: Sentence,
  interval: Interval,
  next: Interval | undefined,
  claimed: readonly Finding[],
): Finding | null {
  const { canon } = sentence;
  const { bounds } = interval;
  const words = sharedUnit(canon, bounds, next?.bounds);
  const span = { start: bounds.span.start, end: Math.max(bounds.span.end, bounds.after + words.length) };
  const window = canon.slice(endBefore(bounds.span.start, claimed), bounds.span.start);
  const measure =
    words.measure ??
    (words.unit === null &&
    speaksOfLength(`${window}${canon.slice(span.start, span.end)}`, canon.slice(span.end))
      ? "characters"
      : null);
  const field = window.endsWith(" aged ") ? "age" : words.field;
  const assumptions = bounds.assumed
    ? ["Both ends of the interval belong to it, as no word says otherwise."]
    : [];
  // "not 5 characters long" asks for two lengths, and a number is not the text it would be the length of.
  if (measure !== null && interval.outside) return null;
  const isLength = measure !== null && largest(interval) <= longest;
  if (isLength && words.measure === null)
    assumptions.push("A length without a unit is counted in characters.");
  const constraint = isLength
    ? toLength(interval, measure)
    : toRange(interval, asWritten(sentence, bounds, words.unit) ?? measure, saysWhole(canon, span));
  return {
    span,
    constraint,
    assumptions,
    ...(field === null ? {} : { field }),
    ...(bounds.inner === undefined ? {} : { inner: bounds.inner }),
    ...(bounds.subject === undefined ? {} : { subject: sentence.written(bounds.subject) }),
  };
}

/** Longer values would make test specifications of megabytes: beyond, the size itself is what is tested. */
const longest = 100_000;

function largest({ min, max }: Interval): number {
  return Math.max(min?.amount.value ?? 0, max?.amount.value ?? 0);
}

/** "1 to 10 unique items" says that they differ, too. */
function isOfDifferent({ canon }: Sentence, { after }: Bounds): boolean {
  return /^ (?:unique|distinct|different) /u.test(canon.slice(after));
}

/** "5 to 15 alphanumeric characters" says what the characters are, too. */
function charactersOf(sentence: Sentence, bounds: Bounds, span: Span): Finding | null {
  const text = sentence.canon.slice(bounds.after).trimStart();
  const read = /^(?:digits?|octets?|bytes?|items?)\b/u.test(text) ? null : charsetAt(sentence, text);
  if (read === null || span.end <= bounds.after) return null;
  return madeOnlyOf(
    { start: span.start, end: Math.max(span.end, bounds.after + 1 + read.length) },
    read.charset,
  );
}

/** "at least 1 and at most 10 items": the first number has the unit of the second. */
function sharedUnit(canon: string, bounds: Bounds, next: Bounds | undefined): UnitWords {
  const own = unitOf(canon, bounds);
  if (own.unit !== null || own.measure !== null || next === undefined) return own;
  const link = canon.slice(bounds.after, next.span.start);
  return /^[ ,]*(?:and|but|or)? *(?:no|not)? *$/u.test(link) ? { ...unitOf(canon, next), length: 0 } : own;
}

function unitOf(canon: string, bounds: Bounds): UnitWords {
  const last = unitBehind(canon, bounds);
  if (last.measure !== null || last.unit !== null || bounds.sides === "one") return last;
  const first = /#\d+/u.exec(canon.slice(bounds.span.start, bounds.after));
  const early =
    first === null ? last : unitAfter(canon.slice(bounds.span.start + first.index + first[0].length));
  return { ...early, length: 0 };
}

/** Units keep their capital letters: MB, kWh. */
function asWritten(sentence: Sentence, { after, span }: Bounds, unit: string | null): string | null {
  if (unit === null) return null;
  const behind = sentence.canon.indexOf(` ${unit}`, after);
  const start = (behind >= 0 ? behind : sentence.canon.indexOf(` ${unit}`, span.start)) + 1;
  return start === 0 ? unit : sentence.asWritten({ start, end: start + unit.length });
}

/** "3 characters or more" and "3 or more characters" */
function unitBehind(canon: string, { after, span }: Bounds): UnitWords {
  const near = unitAfter(canon.slice(after));
  if (near.unit !== null || near.measure !== null || span.end <= after) return near;
  const far = unitAfter(canon.slice(span.end));
  return { ...far, length: far.length === 0 ? 0 : span.end - after + far.length };
}

function speaksOfLength(before: string, after: string): boolean {
  return /\blengths?\b(?! of time)/u.test(before) || /^ (?:long|in length)\b/u.test(after);
}

function saysWhole(canon: string, span: { start: number; end: number }): boolean {
  const clause = canon.slice(0, span.start).split(/[.;]/u).at(-1) ?? "";
  const after = canon.slice(span.end).split(/[.;]/u)[0] ?? "";
  return /\b(?:integers?|whole numbers?|integral|whole)\b/u.test(`${clause} ${after}`);
}

function toRange(interval: Interval, unit: string | null, whole: boolean): Range {
  const { min, max, outside } = interval;
  const step = stepOf(Math.max(min?.amount.decimals ?? 0, max?.amount.decimals ?? 0));
  return {
    kind: "range",
    min: min?.amount.value ?? null,
    minInclusive: min?.inclusive ?? false,
    max: max?.amount.value ?? null,
    maxInclusive: max?.inclusive ?? false,
    step,
    whole,
    multipleOf: null,
    accepts: outside ? "outside" : "inside",
    unit: unit ?? min?.amount.currency ?? max?.amount.currency ?? null,
  };
}

function toLength(interval: Interval, of: Length["of"]): Length {
  const { min, max } = interval;
  return {
    kind: "length",
    of,
    min: min === null ? null : Math.ceil(min.amount.value) + (min.inclusive ? 0 : 1),
    max: max === null ? null : Math.floor(max.amount.value) - (max.inclusive ? 0 : 1),
  };
}
