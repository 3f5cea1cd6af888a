/**
 * A model may choose words, never facts. A text is grounded when every URL, e-mail address, number and name in it
 * occurs in what the model was given; otherwise it is not used. A name is a word with a capital letter inside a
 * sentence: at its beginning any word has one.
 */
type Grounding =
  | { readonly grounded: true }
  | { readonly grounded: false; readonly invented: readonly string[] };

const EMAIL = /[^\s@<>()[\]"',;:]+@[^\s@<>()[\]"',;:]+/gu;
/** With a scheme, or a bare host such as `www.example.com/path`. */
const URL_LIKE = /\b[a-z][a-z0-9+.-]*:\/\/[^\s<>"']+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[/:?#][^\s<>"']*)?/giu;
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
  const invented = [
    ...[...new Set(factsOf(output))].filter((fact) => !given.has(fact)),
    ...[...new Set(namesIn(output))].filter(
      (name) => !known.has(name) && !known.has(name.replace(/s$/u, "")),
    ),
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

const WORD = /[\p{L}\p{M}]+/gu;
const CAPITALISED = /(?<![\p{L}\p{M}])\p{Lu}[\p{L}\p{M}]+/gu;
const TITLE = /\b(?:Mr|Mrs|Ms|Dr|Prof)\.$/u;

function wordsOf(text: string): readonly string[] {
  return [...text.normalize("NFKC").toLowerCase().matchAll(WORD)].map(([word]) => word);
}

function namesIn(text: string): readonly string[] {
  const plain = text.normalize("NFKC");
  return [...plain.matchAll(CAPITALISED)]
    .filter(({ index }) => isInside(plain.slice(0, index)))
    .map(([name]) => name.toLowerCase())
    .filter((name) => name !== "ok");
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
