import { dateFrom, monthNames, timeFrom } from "./moments.ts";
import { isNumberWord, numberFromWords, scaleOf } from "./number-words.ts";
import type { Token } from "./token.ts";

type Reader = readonly [
  pattern: RegExp,
  read: (match: RegExpExecArray, before: Token | undefined) => Token | null,
];

const currencies: Readonly<Record<string, string>> = {
  $: "USD",
  "€": "EUR",
  "£": "GBP",
  "¥": "JPY",
  US$: "USD",
};
const spellings: Readonly<Record<string, string>> = {
  "≤": "<=",
  "=<": "<=",
  "≥": ">=",
  "=>": ">=",
  "≠": "!=",
  "<>": "!=",
  "==": "=",
  "…": "..",
  "...": "..",
  "–": "-",
  "—": "-",
  "−": "-",
};

const moment = (of: "date" | "time", written: string, value: string | null): Token =>
  // 30 February is no number either: as a reference it is left unread.
  value === null ? { at: "reference", written } : { at: "moment", of, written, value };

const readers: readonly Reader[] = [
  [/"([^"\n]{1,200})"/uy, (m) => quoted(m, false)],
  [/``([^`\n]{1,200})``|`([^`\n]{1,200})`/uy, (m) => quoted(m, true)],
  [/(?<![\p{L}\d])'([^'\n]{1,200}?)'(?!\p{L})/uy, (m) => quoted(m, false)],
  [
    /(?:RFCs?|ISO(?:\/IEC)?|BCP|IEEE|ECMA|UTF|SHA|MD|Sections?|§|Chapter|Appendix|Figure|Table|HTTP\/|TLS|version)[ -]?\d[\d.:-]*(?<![.:-])/iuy,
    (m) => ({ at: "reference", written: m[0] }),
  ],
  [
    /(\d{4})-(\d{2})-(\d{2})(?!\d)/uy,
    (m) => moment("date", m[0], dateFrom(m[1] ?? "", m[2] ?? "", m[3] ?? "")),
  ],
  [
    new RegExp(`(\\d{1,2})(?:st|nd|rd|th)? (?:of )?(${monthNames}),? (\\d{4})(?!\\d)`, "iuy"),
    (m) => moment("date", m[0], dateFrom(m[3] ?? "", m[2] ?? "", m[1] ?? "")),
  ],
  [
    new RegExp(`(${monthNames}) (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})(?!\\d)`, "iuy"),
    (m) => moment("date", m[0], dateFrom(m[3] ?? "", m[1] ?? "", m[2] ?? "")),
  ],
  [
    /(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?\s?([ap])\.?m\b\.?(?!\w)/iuy,
    (m) => moment("time", m[0], timeFrom(m[1] ?? "", m[2], m[3], m[4])),
  ],
  [
    /(\d{1,2}):(\d{2})(?::(\d{2}))?(?![\d:])/uy,
    (m) => moment("time", m[0], timeFrom(m[1] ?? "", m[2], m[3], undefined)),
  ],
  [
    /(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)/uy,
    (m) => moment("date", m[0], dateFrom(m[3] ?? "", m[2] ?? "", m[1] ?? "")),
  ],
  // An address, the version of something, and around the clock.
  [/\d+(?:\.\d+){2,}|24\/7(?!\w)/uy, (m) => ({ at: "reference", written: m[0] })],
  [/([-−+]?)(\d{1,9})(?:\^|\*\*)(\d{1,2})(?:\s?([-−+])\s?1(?!\d))?/uy, power],
  [/0x([0-9A-Fa-f]{1,13})(?!\w)/uy, (m) => made(Number(m[0]), 0, m[0])],
  [
    /([-−+]?)(US\$|[$€£¥]|(?:USD|EUR|GBP|CHF|JPY)(?=\s?\d)|)\s?((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?:[eE]([-+]?\d{1,2})(?!\w))?(k(?![\p{L}\d/]))?(?:\s?([$€£¥])(?!\s?\d))?/uy,
    number,
  ],
  // A tag is no comparison, however many numbers stand beside it.
  [/<\/?[A-Za-z][\w-]*>/uy, (m) => ({ at: "reference", written: m[0] })],
  [/°[CFK]?/uy, (m) => ({ at: "quoted", written: m[0], value: m[0], code: false })],
  [/\.[a-z][a-z0-9]{1,5}(?!\w)/uy, (m) => ({ at: "quoted", written: m[0], value: m[0], code: false })],
  [/#[\w-]+/uy, (m) => ({ at: "quoted", written: m[0], value: m[0], code: false })],
  [
    /[\p{L}_][\p{L}\p{N}_]*(?:(?:['’./]|-)[\p{L}\p{N}_]+)*/uy,
    (m) => ({ at: "word", written: m[0].replaceAll("’", "'") }),
  ],
  [
    /<=|>=|=<|=>|!=|<>|==|\.\.\.|\.\.|[±≤≥≠…–—−<>=%,;:()[\].|+-]/uy,
    (m) => ({ at: "symbol", written: spellings[m[0]] ?? m[0] }),
  ],
  [/[^\s]/uy, (m) => ({ at: "quoted", written: m[0], value: m[0], code: false })],
];

/** Splits a sentence into tokens, with numbers (in digits and in words), quotations, dates and times read. */
export function tokenise(text: string): Token[] {
  const plain = text
    .replaceAll(/[“”„]/gu, '"')
    .replaceAll(/[‘’]/gu, "'")
    .replaceAll("×", "x")
    .replaceAll("+/-", "± ")
    .replaceAll(/\bper cent\b/giu, "percent")
    .replaceAll(/\b(max|min)\. (?=\S)/giu, "$1 ")
    .replaceAll(/(?<=\d\s?)°\s?C\b/gu, " degrees Celsius")
    .replaceAll(/(?<=\d\s?)°\s?F\b/gu, " degrees Fahrenheit");
  const tokens: Token[] = [];
  let at = 0;
  while (at < plain.length) {
    if (/\s/u.test(plain[at] ?? "")) {
      at += 1;
      continue;
    }
    const [token, length] = next(plain, at, tokens.at(-1));
    tokens.push(token);
    at += length;
  }
  return joinNumbers(tokens);
}

function next(text: string, at: number, before: Token | undefined): [Token, number] {
  for (const [pattern, read] of readers) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    const token = match === null ? null : read(match, /\s/u.test(text[at - 1] ?? " ") ? undefined : before);
    if (match !== null && token !== null) return [token, match[0].length];
  }
  return [{ at: "symbol", written: text[at] ?? "" }, 1];
}

function quoted(match: RegExpExecArray, code: boolean): Token {
  return { at: "quoted", written: match[0], value: match[1] ?? match[2] ?? "", code };
}

function power(match: RegExpExecArray): Token {
  const [written, sign, base, exponent, off] = match;
  const magnitude = Number(base) ** Number(exponent) * (isMinus(sign) ? -1 : 1);
  return made(magnitude + (off === undefined ? 0 : isMinus(off) ? -1 : 1), 0, written);
}

/** A dash right after a number or a word joins (18-65, ISO-4217); it is a sign only after a gap or a bracket. */
function number(match: RegExpExecArray, before: Token | undefined): Token | null {
  const [written, sign = "", front = "", digits = "", exponent, thousand, after = ""] = match;
  if (sign !== "" && before !== undefined && !(before.at === "symbol" && /[([<>=,:]/u.test(before.written)))
    return null;
  const plain = digits.replaceAll(",", "");
  const plainValue = Number(
    `${isMinus(sign) ? "-" : ""}${plain}${exponent === undefined ? "" : `e${exponent}`}`,
  );
  const value = thousand === undefined ? plainValue : plainValue * 1000;
  const decimals = plain.split(".")[1]?.length ?? 0;
  const currency = front === "" ? after : front;
  return {
    at: "number",
    written,
    amount: { value, decimals, currency: currencies[currency] ?? (currency === "" ? null : currency) },
  };
}

function isMinus(sign: string | undefined): boolean {
  return sign === "-" || sign === "−";
}

/** Reads "twenty-one", "5 million", "minus 4" and the number in "four-digit" into number tokens. */
function joinNumbers(tokens: readonly Token[]): Token[] {
  const joined: Token[] = [];
  for (let index = 0; index < tokens.length;) {
    const [token, used] =
      spelled(tokens, index) ?? scaled(tokens, index) ?? negative(tokens, index) ?? compound(tokens[index]);
    joined.push(...token);
    index += used;
  }
  return joined.filter((token, index) => !isHyphen(token, joined[index - 1], joined[index + 1]));
}

/** The dash of "4-digit": its number and its noun stand alone. */
function isHyphen(token: Token, before: Token | undefined, after: Token | undefined): boolean {
  return token.at === "symbol" && token.written === "-" && before?.at === "number" && after?.at === "word";
}

type Joined = [tokens: Token[], used: number];

function compound(token: Token | undefined): Joined {
  if (token === undefined) return [[], 1];
  const parts = token.at === "word" ? /^([a-z]+)-([a-z-]+)$/iu.exec(token.written) : null;
  const value = parts === null ? null : numberFromWords([(parts[1] ?? "").toLowerCase()]);
  if (parts === null || value === null) return [[token], 1];
  return [[made(value, 0, parts[1] ?? ""), { at: "word", written: parts[2] ?? "" }], 1];
}

/** Words of a spelled-out number at most; more would take too long to try. */
const longestNumber = 12;

function spelled(tokens: readonly Token[], from: number): Joined | null {
  let to = from;
  while (to - from < longestNumber && isSpelled(tokens, to, from)) to += 1;
  for (; to > from; to -= 1) {
    const written = tokens.slice(from, to).map((token) => token.written);
    const value = numberFromWords(written.map((word) => word.toLowerCase()));
    if (value !== null && countsAsNumber(written, tokens, from, to))
      return [[made(value, 0, written.join(" "))], to - from];
  }
  return null;
}

function isSpelled(tokens: readonly Token[], index: number, from: number): boolean {
  const token = tokens[index];
  if (token?.at !== "word") return false;
  const word = token.written.toLowerCase();
  if (isNumberWord(word)) return true;
  const before = tokens[index - 1]?.written.toLowerCase() ?? "";
  return (
    index > from &&
    word === "and" &&
    scaleOf(before) !== null &&
    tokens[from - 1]?.written.toLowerCase() !== "between"
  );
}

/** "one" is a number in "at least one digit" and "one or more", and a pronoun in "one of" and "each one". */
function countsAsNumber(
  written: readonly string[],
  tokens: readonly Token[],
  from: number,
  to: number,
): boolean {
  if (written.length > 1 || written[0]?.toLowerCase() !== "one") return true;
  const before = tokens[from - 1]?.written.toLowerCase() ?? "";
  const after = tokens[to]?.written.toLowerCase() ?? "";
  if (after === "of" || after === "another") return false;
  return !["each", "any", "this", "that", "which", "the", "no", "every", "another"].includes(before);
}

function scaled(tokens: readonly Token[], index: number): Joined | null {
  const [token, word] = [tokens[index], tokens[index + 1]];
  const scale = token?.at === "number" && word?.at === "word" ? scaleOf(word.written.toLowerCase()) : null;
  if (token?.at !== "number" || scale === null) return null;
  const value = Number((token.amount.value * scale).toPrecision(15));
  return [
    [
      {
        ...made(value, 0, `${token.written} ${word?.written}`),
        amount: { value, decimals: 0, currency: token.amount.currency },
      },
    ],
    2,
  ];
}

function negative(tokens: readonly Token[], index: number): Joined | null {
  const [word, token] = [tokens[index], tokens[index + 1]];
  if (word?.at !== "word" || !/^(?:minus|negative)$/iu.test(word.written) || token?.at !== "number")
    return null;
  const amount = { ...token.amount, value: -token.amount.value };
  return [[{ at: "number", written: `${word.written} ${token.written}`, amount }], 2];
}

function made(value: number, decimals: number, written: string): Token & { at: "number" } {
  return { at: "number", written, amount: { value, decimals, currency: null } };
}
