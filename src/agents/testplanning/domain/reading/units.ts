import type { Measure } from "../constraint.ts";

/** What stands behind a number: a measure of length, a unit, or nothing. */
export interface UnitWords {
  readonly measure: Measure | null;
  readonly unit: string | null;
  /** What the unit says the value is: years old → age. */
  readonly field: string | null;
  /** How many characters of the text belong to the unit. */
  readonly length: number;
}

const charset =
  "(?:unicode |ascii |us-ascii |utf-8 |printable |alphanumeric |alphabetic |upper-?case |lower-?case |hexadecimal |hex |visible |random )*";
const measures: readonly (readonly [RegExp, Measure])[] = [
  [
    new RegExp(
      `^ ${charset}(?:characters?|chars?|(?<=hex(?:adecimal)? )digits?|code points?|codepoints?|letters?|symbols?)(?: \\( ?s ?\\))?`,
      "u",
    ),
    "characters",
  ],
  [/^ (?:octets?|bytes?)/u, "octets"],
  [/^ (?:decimal |numeric |numerical )*(?:digits?)/u, "digits"],
  [/^ words?/u, "words"],
  [
    /^ (?:(?:unique |distinct |different )?(?:items?|elements?|entries|entry|members)|(?:unique|distinct|different) values)\b/u,
    "items",
  ],
];
const tail = /^ (?:long|tall|high|wide|deep|thick|in length|in total|in size|total|old|of age|each|or so)\b/u;

const known =
  /^ (?:(?:us |euro )?(?:%|percent|percentage points?|years?|yrs?|months?|weeks?|days?|hours?|hrs?|h|minutes?|mins?|min|seconds?|secs?|sec|s|milliseconds?|msec|ms|microseconds?|µs|kb|mb|gb|tb|kib|mib|gib|kbytes?|mbytes?|gbytes?|kilobytes?|megabytes?|gigabytes?|bits?|kg|g|mg|grams?|kilograms?|tons?|tonnes?|km\/h|km|m|cm|mm|meters?|metres?|kilometers?|kilometres?|centimeters?|millimeters?|inches|inch|feet|foot|miles?|pixels?|px|pt|points?|degrees?(?: celsius| fahrenheit)?|celsius|fahrenheit|kelvin|volts?|v|watts?|w|kw|kwh|hz|khz|mhz|ghz|bar|psi|euros?|eur|dollars?|usd|pounds?|gbp|yen|jpy|chf|cents?|mph|kmh|rpm|lux|litres?|liters?|l|ml)\b|%)/u;
/** Any other plural noun counts something: 3 attempts, 5 concurrent sessions. */
const counted =
  /^ (?:(?:concurrent|active|failed|consecutive|simultaneous|open|parallel|unique|different|distinct|separate|additional|login|unread|previous|business|working|calendar) )*([a-z][a-z-]*s)\b/u;
const notANoun =
  /^(?:is|was|has|does|us|this|its|his|hers|ours|as|thus|always|plus|less|unless|towards|upwards|downwards|onwards|afterwards|besides|sometimes|across|minus|yes|inclusives?|applies|receives?|gets|ships|fails|passes|qualifies|needs|requires|returns|travels|pays|costs|rides|enters|joins|gets|lives|stays|counts|goes)$/u;

/** Spellings of one unit of measure. */
const spellings: Readonly<Record<string, readonly string[]>> = {
  "%": ["%", "percent"],
  year: ["yr", "yrs"],
  hour: ["hr", "hrs", "h"],
  minute: ["min", "mins"],
  second: ["sec", "secs", "s"],
  millisecond: ["ms", "msec"],
  kilogram: ["kg"],
  gram: ["g"],
  milligram: ["mg"],
  kilometer: ["km", "kilometre"],
  meter: ["m", "metre"],
  centimeter: ["cm", "centimetre"],
  millimeter: ["mm", "millimetre"],
  euro: ["eur"],
  dollar: ["usd"],
  pound: ["gbp"],
  kilobyte: ["kb", "kbyte"],
  megabyte: ["mb", "mbyte"],
  gigabyte: ["gb", "gbyte"],
  litre: ["liter", "l"],
  millilitre: ["ml"],
};

/** One name for each unit of measure; null for a word that is none, such as the plural of a counted thing. */
export function unitOfMeasure(words: string): string | null {
  const text = words.toLowerCase();
  if (known.exec(` ${text}`)?.[0].length !== text.length + 1) return null;
  const single = text.length > 2 ? text.replace(/s$/u, "") : text;
  const [name] =
    Object.entries(spellings).find(([, others]) => others.includes(text) || others.includes(single)) ?? [];
  return name ?? single;
}

const ages = /^ (?:years?|yrs?)(?: (?:old|of age))/u;

/** Reads the words right behind a number. */
export function unitAfter(text: string): UnitWords {
  const age = ages.exec(text);
  if (age !== null) return { measure: null, unit: "years", field: "age", length: age[0].length };
  for (const [pattern, measure] of measures) {
    const match = pattern.exec(text);
    if (match !== null) return { measure, unit: null, field: null, length: withTail(text, match[0].length) };
  }
  const match = known.exec(text) ?? nounAfter(text);
  if (match === null) return { measure: null, unit: null, field: null, length: 0 };
  const words = match[0].trim();
  return {
    measure: null,
    unit: words === "percent" ? "%" : words,
    field: null,
    length: withTail(text, match[0].length),
  };
}

/** Any single word that the clause ends with, or that "and" follows: 180 bpm and …, 3 litres. */
const closing = /^ ([a-z][\w/-]*)(?= (?:and|or|but|is|are|must|shall|should|may)\b| ?[,.;)]|$)/u;
const notAUnit =
  /^(?:and|or|but|inclusive(?:ly)?|exclusive(?:ly)?|only|more|less|fewer|long|tall|old|older|younger|high|wide|above|below|over|under|up|down|each|total|allowed|is|are|must|shall|should|may|then|too|both|included|excluded|maximum|minimum|tested|accepted|rejected|valid|invalid)$/u;

function nounAfter(text: string): RegExpExecArray | null {
  const match = counted.exec(text);
  if (match !== null && !notANoun.test(match[1] ?? "")) return match;
  const last = closing.exec(text);
  return last === null || notANoun.test(last[1] ?? "") || notAUnit.test(last[1] ?? "") ? null : last;
}

function withTail(text: string, length: number): number {
  return length + (tail.exec(text.slice(length))?.[0].length ?? 0);
}
