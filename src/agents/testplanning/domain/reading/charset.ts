import type { Sentence } from "../text/sentence.ts";

/** A set of characters: the inside of a bracket expression, its words, and one member of it. */
export interface Charset {
  readonly inside: string;
  readonly words: string;
  readonly member: string;
}

const sets: readonly (readonly [RegExp, string, string])[] = [
  [
    /^(?:ascii )?(?:lower-?case|small)(?: ascii| latin| english)?(?: letters?| characters?| alphabetic characters?)?/u,
    "a-z",
    "a",
  ],
  [
    /^(?:ascii )?(?:upper-?case|capital)(?: ascii| latin| english)?(?: letters?| characters?| alphabetic characters?)?/u,
    "A-Z",
    "A",
  ],
  [
    /^(?:ascii |us-ascii |latin |english )?(?:alphanumeric|alpha-numeric)(?: ascii)?(?: characters?)?/u,
    "A-Za-z0-9",
    "a",
  ],
  [
    /^(?:ascii |us-ascii |latin |english )?(?:letters?|alphabetic characters?|alphabetical characters?)/u,
    "A-Za-z",
    "a",
  ],
  [/^(?:hex|hexadecimal) (?:digits?|characters?)/u, "0-9A-Fa-f", "f"],
  [/^(?:ascii |decimal |numeric )?(?:digits?|numerals?|numeric characters?|numbers?)/u, "0-9", "1"],
  [/^(?:hyphens?|dashes|dash|hyphen-minus)/u, "\\-", "-"],
  [/^tabs?(?: characters?)?/u, "\\t", "\t"],
  [/^(?:line breaks?|newlines?|line feeds?)(?: characters?)?/u, "\\r\\n", "\n"],
  [/^underscores?/u, "_", "_"],
  [/^(?:white-?\s?space(?: characters?)?)/u, "\\s", " "],
  [/^(?:spaces?|blanks?)(?: characters?)?/u, " ", " "],
  [/^(?:dots?|periods?|full stops?)/u, ".", "."],
  [/^commas?/u, ",", ","],
  [/^colons?/u, ":", ":"],
  [/^slash(?:es)?/u, "/", "/"],
  [/^(?:at[- ]signs?)/u, "@", "@"],
  [/^control characters?/u, "\\x00-\\x1f\\x7f", "\u0007"],
  [
    /^(?:special|non-alphanumeric|punctuation)(?: characters?| symbols?)?|^symbols?|^punctuation/u,
    "!-/:-@\\[-`{-~",
    "!",
  ],
  [/^printable (?:us-)?ascii(?: characters?)?/u, " -~", "a"],
  [/^(?:us-)?ascii(?: characters?)?/u, "\\x00-\\x7f", "a"],
];

/** "lower-case letters, digits or hyphens" → one set and how much of the text it took; `null` for anything else. */
export function charsetAt(sentence: Sentence, text: string): { charset: Charset; length: number } | null {
  let [inside, words, member, at] = ["", "", "", 0];
  for (;;) {
    const rest = text.slice(at);
    const article = /^(?:the |any |an? |characters? )*/u.exec(rest)?.[0].length ?? 0;
    const item = oneSet(sentence, rest.slice(article));
    if (item === null) break;
    inside += item.charset.inside;
    words += `${words === "" ? "" : ", "}${item.charset.words}`;
    member ||= item.charset.member;
    at += article + item.length;
    const next =
      /^(?: \( [^)]* \))?(?: ,)?(?: (?:and\/or|or|and|nor))? (?=[a-z@<>=%+|])|^(?: \( [^)]* \))/u.exec(
        text.slice(at),
      );
    if (
      next === null ||
      oneSet(sentence, text.slice(at + next[0].length).replace(/^(?:the |any |an? )*/u, "")) === null
    ) {
      at += /^ \( [^)]* \)/u.exec(text.slice(at))?.[0].length ?? 0;
      break;
    }
    at += next[0].length;
  }
  return inside === "" ? null : { charset: { inside, words, member }, length: at };
}

function oneSet(sentence: Sentence, text: string): { charset: Charset; length: number } | null {
  for (const [pattern, inside, member] of sets) {
    const match = pattern.exec(text);
    if (match !== null && /^(?:$|\W)/u.test(text.slice(match[0].length)))
      return { charset: { inside, words: match[0], member }, length: match[0].length };
  }
  const symbol = /^[<>=%+|](?= |$)/u.exec(text)?.[0];
  if (symbol !== undefined)
    return { charset: { inside: escapeInSet(symbol), words: symbol, member: symbol }, length: 1 };
  const quoted = /^@(\d+)/u.exec(text);
  const token = quoted === null ? undefined : sentence.token(quoted[1] ?? "");
  if (quoted === null || token?.at !== "quoted" || Array.from(token.value).length !== 1) return null;
  return {
    charset: { inside: escapeInSet(token.value), words: token.written, member: token.value },
    length: quoted[0].length,
  };
}

function escapeInSet(character: string): string {
  return /[\]\\^[-]/u.test(character) ? `\\${character}` : character;
}

/** Text as a pattern that matches just it. */
export function escapeText(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}/]/gu, String.raw`\$&`);
}
