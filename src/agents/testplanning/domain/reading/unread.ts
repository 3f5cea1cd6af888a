import { unitOfMeasure } from "./units.ts";

/** Words that change what a number means in a way that no reading rule follows, and what to tell of each. */
const unread: readonly (readonly [RegExp, string])[] = [
  [
    /\b(?:approximately|approx|roughly|circa|about|around|nearly|almost|close to)(?: (?:between|from))? ?\.? #\d+|± /u,
    "An approximate value has no boundary: say the lowest and the highest value that is accepted.",
  ],
  [
    /\b(?:accurate|accuracy|precise|deviat\w+|differ)\b[^.;]*\b(?:within|by|to|than) #\d+/u,
    "The number limits a difference from another value, which the sentence does not give.",
  ],
  [
    /#\d+ (?:(?:business |working |calendar |full )?[a-z]+ )(?:after|before|prior to|earlier than|later than|from) (?!#|~)(?:the |its |their |an? |any )?[a-z@]/u,
    "The number is a distance from another value: say both as fields, or the limits themselves.",
  ],
  [
    /#\d+ times (?:(?:as )?[a-z]+ (?:than|as)|the) |\b(?:twice|thrice|double|triple|half) (?:of )?(?:the|as|its|their)\b/u,
    "The number multiplies another value, which the sentence does not give.",
  ],
  [
    /#\d+ (?:thirds?|quarters?|fifths?|tenths?|hundredths?)\b/u,
    "A fraction in words is not read: write it as a decimal number.",
  ],
  [
    /\bexactly #\d+ (?:decimal (?:places?|digits?)|decimals?)\b/u,
    "How a number is written is not part of its value: say what text is accepted, or at most how many decimal places.",
  ],
  [
    /#\d+ (?:%|percent) of (?:the |all |these |those )?[a-z]+[^.;]*[#~]\d+|[#~]\d+[^.;]*#\d+ (?:%|percent) of (?:the |all |these |those )?[a-z]+/u,
    "The limit holds for a share of the cases only, so no single value can break it.",
  ],
  [
    /\b(?:excluding|exclusive of|except(?: for)?|but not(?: including)?|not including|other than) (?:at )?~\d+/u,
    "An exception to a stretch of time is not read: say the stretches that are accepted.",
  ],
  [
    /\bmatch(?:es)? (?:the |its |our |their )?(?:[a-z]+ )?(?:brand(?:ing)?|style|design|theme|mood|tone|look|taste|needs?|expectations?)\b/u,
    "The sentence compares with something that has no value.",
  ],
  [
    / or (?:to )?(?:have|has|hold|holds|bring|brings|be accompanied|is accompanied|are accompanied|come|comes|obtain|obtains|possess|possesses|own|owns|carry|carries|show|shows|with) (?!at|no|more|less|fewer|between|up|#|an? (?:maximum|minimum|length)|only|exactly)[a-z]/u,
    'What stands after the "or" would be enough too, and it cannot be tested as a value.',
  ],
];
const dimensions = /#\d+ [a-z]+ (high|tall|wide|deep|thick|long|broad)\b/gu;
const pairOfUnits =
  /#\d+ ([a-z%/µ]+)(?: \( ?[a-z]+ ?\))? (?:and|to|through|up to|-) (?:[a-z]+ ){0,2}#\d+ ([a-z%/µ]+)/gu;

/** Why a sentence would be misread; `null` when nothing in it speaks against reading it. */
export function whyUnread(canon: string): string | null {
  for (const [pattern, reason] of unread) if (pattern.test(canon)) return reason;
  const named = new Set([...canon.matchAll(dimensions)].map((match) => match[1]));
  if (named.size > 1)
    return "The sentence limits several dimensions. Say each of them as a requirement of its own, and tests can be derived.";
  for (const [, first = "", second = ""] of canon.matchAll(pairOfUnits))
    if (differ(unitOfMeasure(first), unitOfMeasure(second))) return differentUnits;
  return null;
}

export const differentUnits =
  "The limits are in different units. Write them in the same unit, and tests can be derived.";

function differ(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a !== b;
}
