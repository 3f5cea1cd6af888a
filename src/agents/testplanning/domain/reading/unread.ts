import type { Sentence } from "../text/sentence.ts";
import { unitOfMeasure } from "./units.ts";

/** Words that change what a number means in a way that no reading rule follows. */
interface Unread {
  readonly words: RegExp;
  readonly reason: string;
  /** Wording that looks alike and can be read: it is left out of the search. */
  readonly except?: RegExp;
}

const time =
  "years?|yrs?|months?|weeks?|fortnights?|days?|nights?|hours?|hrs?|h|minutes?|mins?|min|seconds?|secs?|sec|s|milliseconds?|msec|ms|microseconds?|µs";
const length =
  "km|m|cm|mm|kilomet(?:er|re)s?|met(?:er|re)s?|centimet(?:er|re)s?|millimet(?:er|re)s?|inch(?:es)?|feet|foot|yards?|miles?|pixels?|px|pt";
/** What is counted to say where something stands: "2 digits after the point". */
const place =
  "characters?|chars?|letters?|symbols?|digits?|decimals?|octets?|bytes?|words?|lines?|rows?|columns?|places?|positions?|ranks?|steps?|levels?|floors?|versions?";
const duty = "(?:must|shall|should|may|can|has to|have to|needs? to)";

/** Verbs of one object: "must own or have a car". */
const giving = "have|hold|bring|obtain|possess|own|carry|show|display|print|enter|provide|present";

/** "or have the consent of a parent" */
const alternatives =
  " or (?:to )?(?:have|has|hold|holds|bring|brings|be accompanied|is accompanied|are accompanied|come|comes|obtain|obtains|possess|possesses|own|owns|carry|carries|show|shows|with) (?!at|no|more|less|fewer|between|up|#|an? (?:maximum|minimum|length)|only|exactly)[a-z]";
/** The same to its end; where it does not keep the sentence from being read, it is told that it was not. */
export const alternative = new RegExp(`${alternatives}[^.;,]*?(?= ?[.;,]| and | but |$)`, "gu");

const unread: readonly Unread[] = [
  {
    words:
      /\b(?:approximately|approx|roughly|circa|about|around|nearly|almost|close to)(?: (?:between|from))? ?\.? #\d+|± /u,
    except:
      /\b(?:texts?|pages?|questions?|articles?|comments?|information|messages?|notes?|chapters?|books?) about /gu,
    reason: "An approximate value has no boundary: say the lowest and the highest value that is accepted.",
  },
  {
    words:
      /\b(?:be|is|are|stays?|remains?) (?:[a-z]+ )?(?:accurate|precise)\b[^.;]*\b(?:within|by|to|than) #\d+|\b(?:deviates?|deviating|differs?|differing)\b(?:(?! and | but )[^.;,])*\b(?:within|by|to|than)\b[^.;,]*#\d+|\b(?:have|has|with|without|to|at|within) (?:an? |any |the )?(?:[a-z]+ )?(?:accuracy|deviation)\b[^.;,]*\b(?:within|by|to|than) #\d+/u,
    reason: "The number limits a difference from another value, which the sentence does not give.",
  },
  {
    words: new RegExp(
      String.raw`#\d+ (?:(?:business|working|calendar|full) )?(?:(?:${time}|${length}|${place}) (?:after|before|prior to|earlier than|later than)|(?:${time}|${length}|percent|degrees) from|(?:${place}) from(?= (?:the )?(?:start|beginning|end|top|bottom|left|right|edge|front|back)\b)) (?!#|~)(?:the |its |their |an? |any )?[a-z@]`,
      "u",
    ),
    reason: "The number is a distance from another value: say both as fields, or the limits themselves.",
  },
  {
    words:
      /#\d+ times (?:(?:as )?[a-z]+ (?:than|as)|the) |\b(?:twice|thrice|double|triple|half) (?:of )?(?:the|as|its|their)\b/u,
    except:
      /#\d+ times (?:the same (?:second|minute|hour|day|week|month|year|request|message)\b|as long as (?=[^.;,]*\b(?:is|are|has|have|remains?|stays?)\b))|\btwice (?:the same|the first|as an?)\b|\b(?:first|second|other|upper|lower|left|right|latter) half\b/gu,
    reason: "The number multiplies another value, which the sentence does not give.",
  },
  {
    words: /#\d+ (?:thirds?|quarters?|fifths?|tenths?|hundredths?)\b/u,
    except: /#\d+ (?:third|fifth|tenth|hundredth)(?=[ -][a-z])(?! of\b)/gu,
    reason: "A fraction in words is not read: write it as a decimal number.",
  },
  {
    words:
      /\b(?:exactly|at least|a minimum of|minimum|(?<!\b(?:no|not(?: have| contain| use)?) )(?:more|fewer|less) than|between #\d+ and) #\d+ (?:decimal (?:places?|digits?)|decimals?)\b/u,
    except:
      /\b(?:consists? of|be|is|are) exactly #\d+ decimal digits?\b|\bexactly #\d+ decimal digits? (?:long|in length)\b/gu,
    reason:
      "How a number is written is not part of its value: say what text is accepted, or at most how many decimal places.",
  },
  {
    words:
      /#\d+ (?:%|percent) of (?:the |all |these |those )?[a-z]+[^.;]*[#~]\d+|[#~]\d+[^.;]*#\d+ (?:%|percent) of (?:the |all |these |those )?[a-z]+/u,
    except: /#\d+(?: (?:%|percent))? (?:and|to|through|up to|-) (?=#\d+ (?:%|percent) of\b)/gu,
    reason: "The limit holds for a share of the cases only, so no single value can break it.",
  },
  {
    words:
      /\b(?:excluding|exclusive of|except(?: for)?|but not(?: including)?|not including|other than) (?:at )?~\d+/u,
    except: /~\d+ (?:up )?(?:to|until|till) ,? ?but (?:not including|excluding) ,? ?~\d+/gu,
    reason: "An exception to a stretch of time is not read: say the stretches that are accepted.",
  },
  {
    words:
      /\bmatch(?:es)? (?:the |its |our |their )?(?:[a-z]+ )?(?:brand(?:ing)?|style|design|theme|mood|tone|look|taste|needs?|expectations?)\b(?! (?:@|(?:id|identifier|name|code|number|hash|key|value|field|property|attribute|parameter|column|version)\b))/u,
    reason: "The sentence compares with something that has no value.",
  },
  {
    words: new RegExp(alternatives, "u"),
    // Both are ruled out; both are conditions; two verbs share one object.
    except: new RegExp(
      String.raw`\b(?:must|shall|should|may|can) (?:not|never)\b(?:(?!\b${duty}\b)[^.;])*|\bcannot\b(?:(?!\b${duty}\b)[^.;])*|\b(?:if|when|whenever|unless|provided that)\b(?:(?!\b${duty}\b)[^.;])*|\b${duty} (?:${giving}) or (?:${giving}) `,
      "gu",
    ),
    reason: 'What stands after the "or" would be enough too, and it cannot be tested as a value.',
  },
];
const dimensions = new RegExp(String.raw`#\d+ (?:${length}) (high|tall|wide|deep|thick|long|broad)\b`, "gu");
/** "2 quarters" are half a year; three of them, or one, are as often a part of something. */
const quarters = /#(\d+) quarters?\b(?! (?:of|full)\b)/gu;
const pairOfUnits =
  /#\d+ ([a-z%/µ]+)(?: \( ?[a-z]+ ?\))? (?:and|to|through|up to|-) (?:[a-z]+ ){0,2}#\d+ ([a-z%/µ]+)/gu;

/** Why a sentence would be misread; `null` when nothing in it speaks against reading it. */
export function whyUnread(sentence: Sentence): string | null {
  const canon = sentence.canon.replaceAll(quarters, (found, mark: string) =>
    isPeriod(sentence, mark) ? `#${mark} periods` : found,
  );
  for (const { words, reason, except } of unread)
    if (words.test(except === undefined ? canon : canon.replaceAll(except, " "))) return reason;
  const named = new Set([...canon.matchAll(dimensions)].map((match) => match[1]));
  if (named.size > 1)
    return "The sentence limits several dimensions. Say each of them as a requirement of its own, and tests can be derived.";
  for (const [, first = "", second = ""] of canon.matchAll(pairOfUnits))
    if (differ(unitOfMeasure(first), unitOfMeasure(second))) return differentUnits;
  return null;
}

function isPeriod(sentence: Sentence, mark: string): boolean {
  const token = sentence.token(mark);
  return token?.at === "number" && token.amount.value !== 1 && token.amount.value !== 3;
}

export const differentUnits =
  "The limits are in different units. Write them in the same unit, and tests can be derived.";

function differ(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a !== b;
}
