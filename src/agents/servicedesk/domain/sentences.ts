import { withoutInstructions } from "./instructions.ts";

/** A sentence of a ticket: as it was written, and as it is read, with the same characters in the same places. */
export type Sentence = { readonly original: string; readonly plain: string };

/** A sentence that says that there was trouble, and is none any more. */
const OVER = new RegExp(
  [
    String.raw`\b(?:works? (?:again|now|fine)|(?<!not )working (?:again|now|fine)|(?:is|are|was|were|been) (?:re)?solved|no longer (?:down|offline|affected)|back (?:up|online|to normal)|(?:is|was|has been|all|it's|got) fixed)\b`,
    // "Everybody can log in again", and not "nobody can log in again".
    String.raw`(?<!\b(?:nobody|no one|none)\b.{0,80})\bcan(?!\s+not\b)(?:\s+\p{L}+){1,4}\s+again\b`,
    String.raw`\b(?:is|are) over(?=\s*(?:$|,))`,
    String.raw`\bplease close (?:this|it|the ticket|my ticket)?\s*$`,
  ].join("|"),
  "iu",
);
/** A sentence that tells of another time, or of what might be. */
const ELSEWHEN = new RegExp(
  [
    String.raw`^\s*(?:if|in case|suppose|what (?:if|happens)|how (?:do|can|would|should)|should (?:the|a|we|i)|(?:was|were) there)\b`,
    String.raw`^\s*(?:(?:please|could you|can you|would you)\s+)+(?:tell|let|explain|show)\b.{0,20}\b(?:how|what|which|whether|if|who)\b`,
    String.raw`\b(?:(?:was|were) (?:down|offline)|(?:is|are)(?:n't| not) (?:down|offline|affected)|planned|scheduled|will be (?:down|offline|unavailable)|would be|might be)\b`,
    // "Nobody could log in yesterday", and not "since yesterday" or "and still cannot".
    String.raw`^(?!.*\b(?:since|still|until|today|now)\b)(?:.*\bcould(?:n'?t)?\b.*\b(?:yesterday|last (?:night|week|month))\b|.*\b(?:yesterday|last (?:night|week|month))\b.*\bcould(?:n'?t)?\b|.*\boutage (?:yesterday|last (?:night|week|month))\b)`,
  ].join("|"),
  "iu",
);
/** What follows a "but" is told for itself: "it works for me, but nobody else can log in"; not "it was broken but works again". */
const BUT = String.raw`\b(?:but|however)\b(?!\s+(?:(?:it|this|that|they|all|everything|is|are|was|has been|now|seems)\s+)*(?:back|fine|ok|okay|over|fixed|(?:re)?solved|work(?:s|ing)?)\b)`;
const SENTENCE = new RegExp(String.raw`(?:${BUT})?(?:(?!${BUT})(?:[^.!?;\n]|[.!?](?=\S)))+`, "giu");
/** From here on a mail is another one. */
const ANOTHER_MAIL =
  /^\s*(?:-{3}.*\b(?:original|forwarded|weitergeleitet|urspr)\p{L}*.*|on\b.{4,80}\bwrote:|am\b.{4,80}\bschrieb.{0,60}:)\s*$/iu;
/** What follows says who wrote it, and not what is wrong. */
const SIGNATURE =
  /^\s*(?:-- ?|(?:(?:kind|best|warm|many)\s+)?(?:regards|wishes)|(?:mit freundlichen|viele|beste|liebe) gr(?:ü|ue)(?:ß|ss)en?|sincerely)[,.!]?\s*$/iu;
const POSTSCRIPT = /^\s*p\.?\s?s\b/iu;
const REPLY = /^\s*(?:re|aw|antw|fwd?|wg)\s*:/iu;

/**
 * The sentences of a ticket that tell what is wrong now: without instructions, signatures, and what was or might be. A mail
 * that is quoted counts like the words above it, unless these say that the trouble is over.
 */
export function sentencesOf({
  title,
  body,
}: {
  readonly title: string;
  readonly body: string;
}): readonly Sentence[] {
  const { own, quoted } = partsOf(readable(body));
  const said = split(own, body);
  const isOver = said.some(({ plain }) => OVER.test(plain));
  const earlier = isOver ? [] : split(quoted, body);
  const headline = isOver && REPLY.test(title) ? [] : split(readable(title), title);
  return [...headline, ...said, ...earlier].filter(({ plain }) => !OVER.test(plain) && !ELSEWHEN.test(plain));
}

/** The same text twice, with blanks in the place of what belongs to the other part, and of signatures in both. */
function partsOf(body: string): { readonly own: string; readonly quoted: string } {
  const lines = body.split("\n");
  const marked = lines.some((line) => line.startsWith(">"));
  let [own, quoted] = ["", ""];
  let isSignature = false;
  let isAnother = false;
  for (const line of lines) {
    const begins = ANOTHER_MAIL.test(line);
    if (begins || POSTSCRIPT.test(line)) isSignature = false;
    isAnother ||= begins;
    if (SIGNATURE.test(line)) isSignature = true;
    const isQuoted = marked ? line.startsWith(">") : isAnother;
    const blank = `${" ".repeat(line.length)}\n`;
    own += isQuoted || isSignature || begins ? blank : `${line}\n`;
    quoted += isQuoted && !isSignature ? `${line}\n` : blank;
  }
  return { own, quoted };
}

/** @param plain what is read of `original`, with the same characters in the same places. */
function split(plain: string, original: string): readonly Sentence[] {
  return [...plain.matchAll(SENTENCE)].map((match) => ({
    plain: match[0],
    original: original.slice(match.index, match.index + match[0].length),
  }));
}

/** Without instructions, and with plain quotes and blanks, one character for one, so that places stay the same. */
function readable(text: string): string {
  return withoutInstructions(text)
    .replaceAll(/[‘’ʼ]/gu, "'")
    .replaceAll(/[“”]/gu, '"')
    .replaceAll(/[\u00A0\u202F]/gu, " ");
}
