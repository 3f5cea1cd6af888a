/** A text as it is understood, and where each of its UTF-16 units comes from in what was written. */
export type PlainText = {
  readonly plain: string;
  /** Per unit of `plain`: the first unit of the written character. */
  readonly starts: readonly number[];
  /** Per unit of `plain`: the unit behind the written character. */
  readonly ends: readonly number[];
};

/** Letters of other scripts that look like Latin ones, and those. */
const LOOKALIKES = letters({
  a: "аα",
  b: "Ь",
  c: "сϲ",
  d: "ԁ",
  e: "еε",
  g: "ɡ",
  h: "һ",
  i: "іιı",
  j: "ј",
  k: "кκ",
  l: "ӏ",
  m: "м",
  n: "ոη",
  o: "оοօ",
  p: "рρ",
  s: "ѕ",
  t: "тτ",
  u: "υս",
  v: "ѵν",
  w: "ѡԝ",
  x: "хχ",
  y: "уγ",
  A: "АΑ",
  B: "ВΒ",
  C: "СϹ",
  E: "ЕΕ",
  H: "НΗ",
  I: "ІΙ",
  J: "Ј",
  K: "КΚ",
  M: "МΜ",
  N: "Ν",
  O: "ОΟ",
  P: "РΡ",
  S: "Ѕ",
  T: "ТΤ",
  X: "ХΧ",
  Y: "ҮΥ",
  Z: "Ζ",
});

const QUOTES = letters({ "'": "‘’‚‛ʼ´`", '"': "“”„‟«»" });

/**
 * The text without what nobody sees (zero-width and soft hyphens, marks on letters, variation selectors), in plain letters
 * (full-width, mathematical and circled ones, ligatures) and plain quotes; in a word that mixes scripts, letters that only
 * look Latin are Latin. Words stay what they are, so that a pattern meets what a reader, or a model, would read.
 */
export function undisguise(text: string): PlainText {
  let plain = "";
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const character of text) {
    const quote = QUOTES.get(character);
    const shown = quote ?? character.normalize("NFKD").replaceAll(/[\p{Cf}\p{M}]/gu, "");
    plain += shown;
    for (let unit = 0; unit < shown.length; unit += 1) {
      starts.push(at);
      ends.push(at + character.length);
    }
    at += character.length;
  }
  return { plain: inOneScript(plain), starts, ends };
}

function inOneScript(text: string): string {
  return text.replaceAll(/\p{L}+/gu, (word) =>
    /\p{Script=Latin}/u.test(word)
      ? word.replaceAll(/./gu, (letter) => LOOKALIKES.get(letter) ?? letter)
      : word,
  );
}

function letters(looks: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(looks).flatMap(([plain, like]) => Array.from(like, (each) => [each, plain] as const)),
  );
}
