import { FACT_WORD, OPENERS, SPELLED_COUNTS } from "./fact-words.ts";

/**
 * What a model's text says that stands nowhere in what it was given: links, addresses, numbers (in digits or in words) and
 * names; also characters that nobody sees. A model may choose words, never facts: a text with any of these is not used.
 *
 * A name is a word with a capital letter: inside of a sentence any, at its beginning one that is not known to begin
 * sentences. In scripts that the given text does not use, and in those without capitals, every word that was not given is
 * taken for one. Names in small letters are not found.
 *
 * @returns the inventions as they were found; empty where there is none.
 * @example
 * inventedFacts("Call Bob at 555-0100.", "Call 555-0199."); // ["0100", "555-0100", "bob"]
 */
export function inventedFacts(text: string, given: string): readonly string[] {
  const [said, known] = [plain(text), plain(given)];
  const words = new Set(wordsOf(known));
  const facts = new Set([...factsOf(known), ...matches(known, COUNT).flatMap(bothForms)]);
  const [joined, symbols] = [new Set(joinedIn(known, 8)), new Set(known.match(SYMBOL))];
  const isKnown = (word: string): boolean =>
    words.has(word) || words.has(word.replace(/s$/u, "")) || facts.has(word);
  const invented = [
    ...[...factsOf(said)].filter((fact) => !facts.has(fact)),
    ...matches(said, DIALLED).filter((number) => !joined.has(digitsOf(number))),
    ...namesIn(said).filter((name) => !isKnown(name)),
    ...foreignIn(said, known).filter((word) => !words.has(word) && !known.toLowerCase().includes(word)),
    ...(said.match(SYMBOL) ?? []).filter((symbol) => !symbols.has(symbol)),
    ...(text.normalize("NFKC").match(HIDDEN) ?? []).map((mark) => `U+${codePoint(mark)}`),
  ];
  return [...new Set(invented)];
}

/** Compatibility forms as what they stand for; also the full stops and minus signs that work as ASCII ones. */
function plain(text: string): string {
  return text.normalize("NFKC").replaceAll("\u3002", ".").replaceAll("\u2212", "-");
}

// Bounded repetitions, here and below: a text from outside has any length, and must not take the square of it.
const EMAIL = /[^\s@<>()[\]"',;:]{1,64}@[^\s@<>()[\]"',;:]{1,255}/gu;
/** With a scheme, or a bare host such as `www.example.com/path`, in whichever alphabet. */
const URL_LIKE =
  /(?<![\p{L}\p{N}])[a-z][a-z0-9+.-]{0,30}:(?=[^\s:])[^\s<>"']{1,2000}|(?<![\p{L}\p{N}])(?:[\p{L}\p{N}-]{1,63}\.){1,10}\p{L}{2,63}(?:[/:?#][^\s<>"']{0,2000})?/giu;
/** Paths, and what is written like one. */
const PATH = /(?<![^\s("'])[^\s/\\]{0,63}[/\\][^\s]{1,500}/gu;
const HANDLE = /(?<![\p{L}\p{N}])[@#][\p{L}\p{N}_][\p{L}\p{N}_.-]{0,63}/gu;
const NUMBER = /\p{N}{1,40}(?:[.,:'’]\p{N}{1,40}){0,10}/gu;
/** A number with what makes another one of it: a sign, a currency, a unit. */
const MEASURE =
  /(?:(?<![\p{L}\p{N}])-|\p{Sc} ?)\p{N}[\p{N}.,:]{0,40}|\p{N}{1,40}(?:[.,:]\p{N}{1,40}){0,10}(?: ?(?:[%‰]|\p{Sc}|[ap]\.?m\b)|\p{L}{1,12})/giu;

function factsOf(text: string): ReadonlySet<string> {
  // Each finder also sees what the others found: the 8080 in a URL is a number that must be known as well.
  return new Set([
    // The case of a path matters; the rest is compared without it.
    ...matches(text, URL_LIKE),
    ...matches(text, PATH).filter((path) => !/^(?:and\/or|yes\/no|n\/a)$/iu.test(path)),
    ...[EMAIL, HANDLE, NUMBER, MEASURE].flatMap((pattern) =>
      matches(text, pattern).map((fact) => fact.toLowerCase()),
    ),
    ...matches(text, FACT_WORD).map((word) => word.toLowerCase().replace(/s$/u, "")),
  ]);
}

/** Small numbers, alone: "three" and 3 are one fact. */
const COUNT = /(?<![\p{L}\p{N}.,:$€£-])(?:\d{1,2}|\p{L}{3,6})(?![\p{L}\p{N}%]|[.,:]\p{N})/giu;

function bothForms(count: string): readonly string[] {
  const value = SPELLED_COUNTS.indexOf(count.toLowerCase());
  if (value >= 0) return [String(value), count.toLowerCase()];
  const word = SPELLED_COUNTS[Number(count)];
  return word === undefined || word === "" ? [] : [count, word];
}

/** What can be dialled or is a date: its digits belong together, however they are set apart. */
const DIALLED = /\+?\p{Nd}[\p{Nd} ().-]{5,40}\p{Nd}|\p{Nd}{1,20}(?:[-/().]{1,2}\p{Nd}{1,20}){1,10}/gu;
const APART = /^[ ()./-]{1,3}$/u;

/** The digits of each number, and of up to so many neighbours that only blanks or dashes set apart. */
function joinedIn(text: string, most: number): readonly string[] {
  const groups = [...text.matchAll(/\p{Nd}+/gu)].map(({ 0: digits, index }) => ({ digits, index }));
  return groups.flatMap((_, first) => {
    const sums: string[] = [];
    for (const { digits, index } of groups.slice(first, first + most)) {
      const before = groups[first + sums.length - 1];
      const gap = before === undefined ? "" : text.slice(before.index + before.digits.length, index);
      if (sums.length > 0 && !APART.test(gap)) break;
      sums.push((sums.at(-1) ?? "") + digits);
    }
    return sums;
  });
}

function digitsOf(number: string): string {
  return number.replaceAll(/\P{Nd}+/gu, "");
}

/** Marks that nobody sees: they turn a text around or hide a piece of it. */
const HIDDEN = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\uFE00-\uFE0F\u3164\u115F\u1160]/gu;
/** Pictures of letters, numbers and things. */
const SYMBOL = /\p{So}/gu;

function codePoint(mark: string): string {
  return (mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}

const WORD = /[\p{L}\p{M}]+/gu;
const TITLE = /\b(?:Mr|Mrs|Ms|Dr|Prof)\.$/u;

function wordsOf(text: string): readonly string[] {
  return [...text.toLowerCase().matchAll(WORD)].map(([word]) => word);
}

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(WORD)].flatMap(({ 0: word, index }) => {
    if (!/[\p{Lu}\p{Lt}]/u.test(word) || /^(?:I|OK)$/u.test(word)) return [];
    const name = word.toLowerCase();
    return !isInside(text.slice(Math.max(0, index - 40), index)) && OPENERS.has(name) ? [] : [name];
  });
}

/** Whether a sentence is under way after these words. */
function isInside(before: string): boolean {
  const words = before.replace(/[\s"'“”‘’«»(*_-]+$/u, "");
  return TITLE.test(words) || !/(?:^|[.!?:…])$/u.test(words);
}

/** Words in which no capital letter tells a name: of a script without capitals, and of one that was not given. */
function foreignIn(text: string, given: string): readonly string[] {
  const isKnownScript = [/\p{Script=Latin}/u, /\p{Script=Greek}/u, /\p{Script=Cyrillic}/u].filter(
    (script, index) => index === 0 || script.test(given),
  );
  return wordsOf(text).filter((word) =>
    isKnownScript.every((script) =>
      Array.from(word).some((letter) => /\p{L}/u.test(letter) && !script.test(letter)),
    ),
  );
}

function matches(text: string, pattern: RegExp): readonly string[] {
  // The end of a sentence is not part of what stands there.
  return [...text.matchAll(pattern)].map(([found]) => found.replace(/[.,;:!?)\]}]+$/u, ""));
}
