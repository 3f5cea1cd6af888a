import { OPENERS } from "./openers.ts";

/**
 * A model may choose words, never facts. A text is grounded when every URL, e-mail address, number and name in it
 * occurs in what the model was given; otherwise it is not used. A name is a word with a capital letter: inside of a
 * sentence any, at its beginning one that is not known to begin sentences.
 */
type Grounding =
  | { readonly grounded: true }
  | { readonly grounded: false; readonly invented: readonly string[] };

const EMAIL = /[^\s@<>()[\]"',;:]+@[^\s@<>()[\]"',;:]+/gu;
/** With a scheme, or a bare host such as `www.example.com/path`, in whichever alphabet. */
const URL_LIKE =
  /(?<![\p{L}\p{N}])[a-z][a-z0-9+.-]*:\/\/[^\s<>"']+|(?<![\p{L}\p{N}])(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}(?:[/:?#][^\s<>"']*)?/giu;
/** What can be dialled: its digits belong together, however they are written. */
const PHONE = /\+?\p{Nd}[\p{Nd} ().-]{5,}\p{Nd}/gu;
/** Marks that nobody sees: they turn a text around or hide a piece of it. */
const HIDDEN = /[\p{Cf}\p{Co}\p{Cn}]/gu;
const NUMBER = /\p{Nd}+(?:[.,:]\p{Nd}+)*/gu;

/** "one" is left out: it is a pronoun more often than a number. */
const WORDS = (
  "zero,two,three,four,five,six,seven,eight,nine,ten,eleven,twelve,thirteen,fourteen,fifteen,sixteen,seventeen," +
  "eighteen,nineteen,twenty,thirty,forty,fifty,sixty,seventy,eighty,ninety,hundred,thousand,million,billion,dozen"
).split(",");
const NUMBER_WORD = new RegExp(String.raw`\b(?:${WORDS.join("|")})s?\b`, "giu");

/** Compares the facts of a model's text with those of its input. Order and number of occurrences do not matter. */
export function checkGrounding(output: string, input: string): Grounding {
  const given = new Set(factsOf(input));
  const known = new Set(wordsOf(input));
  const dialled = digitsOf(input);
  const invented = [
    ...[...new Set(factsOf(output))].filter((fact) => !given.has(fact)),
    ...matches(output.normalize("NFKC"), PHONE).filter((phone) => !dialled.includes(digitsOf(phone))),
    ...[...new Set(namesIn(output))].filter(
      (name) => !known.has(name) && !known.has(name.replace(/s$/u, "")),
    ),
    ...[...new Set(output.match(HIDDEN) ?? [])].map((mark) => `U+${codePoint(mark)}`),
  ];
  return invented.length === 0 ? { grounded: true } : { grounded: false, invented };
}

function factsOf(text: string): readonly string[] {
  const plain = text.normalize("NFKC");
  // Each finder also sees what the others found: the 8080 in a URL is a number that must be known as well.
  return [
    ...matches(plain, EMAIL),
    ...matches(plain, URL_LIKE),
    ...matches(plain, NUMBER),
    ...matches(plain, NUMBER_WORD),
  ];
}

/** Digits alone, those of one number in one piece. */
function digitsOf(text: string): string {
  return text
    .normalize("NFKC")
    .replaceAll(/(?<=\p{Nd})[ ().-]+(?=\p{Nd})/gu, "")
    .replaceAll(/[^\p{Nd}]+/gu, " ")
    .trim();
}

function codePoint(mark: string): string {
  return (mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}

const WORD = /[\p{L}\p{M}]+/gu;
const CAPITALISED = /(?<![\p{L}\p{M}])\p{Lu}[\p{L}\p{M}]+/gu;
const TITLE = /\b(?:Mr|Mrs|Ms|Dr|Prof)\.$/u;

function wordsOf(text: string): readonly string[] {
  return [...text.normalize("NFKC").toLowerCase().matchAll(WORD)].map(([word]) => word);
}

function namesIn(text: string): readonly string[] {
  const plain = text.normalize("NFKC");
  return [...plain.matchAll(CAPITALISED)]
    .map((match) => ({ name: match[0].toLowerCase(), inside: isInside(plain.slice(0, match.index)) }))
    .filter(({ name, inside }) => (inside ? name !== "ok" : !OPENERS.has(name)))
    .map(({ name }) => name);
}

/** Whether a sentence is under way after these words. */
function isInside(before: string): boolean {
  const words = before.replace(/[\s"'“”‘’«»(*_-]+$/u, "");
  return TITLE.test(words) || !/(?:^|[.!?:…])$/u.test(words);
}

function matches(text: string, pattern: RegExp): readonly string[] {
  // The end of a sentence is not part of the address that stands there.
  return [...text.matchAll(pattern)].map(([found]) => found.replace(/[.,;:!?)\]}]+$/u, "").toLowerCase());
}
