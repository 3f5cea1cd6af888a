const STOP_WORDS = new Set(
  "a about after all also am an and any are as at be been before but by can cannot could did do does for from had has have he her his how i if in into is it its just like me my no not now of off on one or our out over she should since so some such than that the their them then there these they this to up us was we were what when where which while who will with would you your".split(
    " ",
  ),
);

/** A word of a text and how often it stands there. */
export type TokenCount = { readonly token: string; readonly count: number };

/** What a service desk hears most often, in one word or two. */
const LOGIN = /\b(?:log|sign)(?:s|ged|ging|ed|ing)?[ -]?(?:in|on)(?:s|to)?\b/gu;

/** Words that are written as one and as two. */
const COMPOUND =
  /\b(wi|e|sign|log|check|set|back|on|off|pop|down|plug|hot)-(?=(?:fi|mails?|ups?|ins?|outs?|lines?|sites?|loads?|spots?)\b)/gu;

/** Longest token that is kept; longer ones are no words. */
const TOKEN_LENGTH = 40;

/**
 * The words of a text as they are compared: lower case, without accents, without the commonest English endings, so that
 * "logging in", "logged in", "log in" and "login" meet. Deliberately small: it must be the same on every database.
 */
export function tokensOf(text: string): readonly string[] {
  const plain = text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll(/[’']/gu, "");
  return [
    ...plain
      .replaceAll(LOGIN, "login")
      .replaceAll(COMPOUND, "$1")
      .matchAll(/[\p{L}\p{N}]+/gu),
  ]
    .map(([word]) => word)
    .filter((word) => !STOP_WORDS.has(word))
    .map((word) => stem(word).slice(0, TOKEN_LENGTH))
    .filter((token) => token.length > 1);
}

/** Each token once, with how often it stands there. */
export function countTokens(tokens: readonly string[]): readonly TokenCount[] {
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return [...counts].map(([token, count]) => ({ token, count }));
}

function stem(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  const bare = word
    .replace(/(?:ies)$/u, "y")
    .replace(/(?<=[^aeious])es$|(?<=[^siu])s$/u, "")
    .replace(/(?<=\p{L}{3})(?:ing|ed)$/u, "");
  // "logging" → "logg" → "log", "resetting" → "reset"; "access" keeps its letters.
  const single = bare === word ? bare : bare.replace(/([bdgmnprt])\1$/u, "$1");
  return single.replace(/(?<=\p{L}{3})e$/u, "");
}
