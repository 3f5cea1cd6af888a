/**
 * Text in a ticket that speaks to whoever classifies it instead of telling what is wrong. A ticket is data: what it says
 * about its own priority, and what it orders, is set aside, and a model is not asked about such a ticket at all.
 */
const RULE_WORDS = String.raw`(?:rules?|instructions?|prompts?|polic(?:y|ies)|guidelines?|matrix|polic\w+|everything|anything|all)`;
const LEVEL = String.raw`(?:p\s?-?[0-5]\b|sev(?:erity)?\s?-?[0-5]\b|prio(?:rity)?\s*(?:level\s*)?(?:of\s*)?[:=]?\s*(?:[0-5]\b|one\b|critical|high(?:est)?|urgent)|[1-5]\s*-\s*(?:critical|high)|critical\b|(?:top|highest|maximum)\s+(?:priority|impact|urgency|severity)|(?:impact|urgency|severity)\s*(?:[:=]|to|as|is)?\s*(?:high|critical|maximum))`;
const ORDER = String.raw`(?:set|make|mark|treat|classify|categori[sz]e|raise|give|assign|rate|triage|answer|reply|respond|output|return|choose|use|escalate)`;

const PATTERNS: readonly RegExp[] = [
  new RegExp(
    String.raw`\b(?:ignore|disregard|forget|override|overrule|bypass|skip|do not (?:follow|apply|obey)|don't (?:follow|apply|obey))\b[^.!?\n]{0,50}?\b${RULE_WORDS}\b`,
    "giu",
  ),
  new RegExp(String.raw`\b${ORDER}\b[^.!?\n]{0,40}?${LEVEL}`, "giu"),
  new RegExp(
    String.raw`["']?\b(?:impact|urgency|priority|severity)\b["']?\s*[:=]\s*["']?(?:high|critical|[1-5]\b|p[1-5]\b)`,
    "giu",
  ),
  /\b(?:system|developer)\s+(?:prompt|message)\b/giu,
  /(?:^|\n)[ \t]*(?:system|assistant|developer)[ \t]*:/giu,
  /\byou are (?:now )?(?:an?|the|no longer)\b[^.!?\n]{0,40}\b(?:assistant|model|ai|bot|agent|classifier)\b/giu,
  /<\|[a-z_]+\|>|\[\/?INST\]|<\/?(?:system|instructions?)>/giu,
  /\bnew (?:rules?|instructions?|polic(?:y|ies))\b[^.!?\n]{0,20}[:=]/giu,
];

/** A piece of a text by its place. */
export type Span = { readonly start: number; readonly end: number };

/** Where the text gives instructions, in order of the patterns; empty when it only tells. */
export function findInstructions(text: string): readonly Span[] {
  const { plain, places } = undisguised(text);
  return PATTERNS.flatMap((pattern) =>
    [...plain.matchAll(pattern)].map((match) => ({
      start: places[match.index] ?? 0,
      end: places[match.index + match[0].length] ?? text.length,
    })),
  );
}

/**
 * The text without characters that nobody sees, and in plain letters, with the place in the text that each of its
 * characters comes from: an order is one, however it is dressed up.
 */
function undisguised(text: string): { readonly plain: string; readonly places: readonly number[] } {
  let plain = "";
  const places: number[] = [];
  let at = 0;
  for (const character of straighten(text)) {
    const shown = /\p{Cf}/u.test(character) ? "" : character.normalize("NFKC");
    plain += shown;
    for (let index = 0; index < shown.length; index += 1) places.push(at);
    at += character.length;
  }
  return { plain, places };
}

/** The text with blanks in the place of its instructions: everything else stays where it was. */
export function withoutInstructions(text: string): string {
  let plain = text;
  for (const { start, end } of findInstructions(text)) {
    plain = plain.slice(0, start) + " ".repeat(end - start) + plain.slice(end);
  }
  return plain;
}

/** Typographic quotes and blanks as plain ones, one character for one, so that places stay the same. */
export function straighten(text: string): string {
  return text
    .replaceAll(/[‘’ʼ]/gu, "'")
    .replaceAll(/[“”]/gu, '"')
    .replaceAll(/[\u00A0\u202F]/gu, " ");
}
