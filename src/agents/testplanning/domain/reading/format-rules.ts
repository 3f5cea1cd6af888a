import { type KnownFormat, knownFormats } from "../formats.ts";
import type { Sentence, Span } from "../text/sentence.ts";
import { endBefore, type Finding, isFree, matches } from "./finding.ts";
import { isNegated } from "./polarity.ts";

const duty =
  /\b(?:must|shall|should|has to|have to|needs? to|required to|is|are|valid|well-formed|only|may)\b/u;
const adjectives =
  "(?:non-empty |format |format of |form |valid |well-formed |absolute |syntactically |correct |single |iso |rfc |full |proper |legal |standard |complete |formatted |lower-?case |an? |the |json |string |text |html )*";
const linking =
  "(?:be|is|are|as|in|to|hold|holds|contain|contains|containing|carry|carries|conform to|conforms to|comply with|follow|follows|match|matches|represent|represents|adhere to|identif(?:y|ies)|accepts?|using|valid|well-formed|encoded as|encoded in|encoded using|formatted as|expressed as|written as|sent as|given as|of type|format of|syntax of|form of|format for|grammar of)";

/** Reads "must be a URI", "MUST adhere to the format specified in RFC 3339", "a valid e-mail address". */
export function readFormats(sentence: Sentence, claimed: readonly Finding[]): Finding[] {
  const found: Finding[] = [];
  const add = (format: KnownFormat, span: Span) => {
    const taken = [...claimed, ...found];
    const before = sentence.canon.slice(0, span.start);
    if (!isFree(span, taken) || !duty.test(before) || isInCondition(before)) return;
    found.push(toFinding(format, span, isNegated(sentence.canon, span, endBefore(span.start, taken))));
  };
  for (const format of knownFormats) {
    const noun = new RegExp(
      `\\b${linking} ${adjectives}(${format.words})(?= |$)(?! (?:scheme|parameter|attribute|header|host|part))`,
      "gu",
    );
    for (const { match, span } of matches(noun, sentence.canon))
      add(format, { start: span.end - (match[1] ?? "").length, end: span.end });
  }
  for (const [index, token] of sentence.tokens.entries()) {
    if (token.at !== "reference") continue;
    const span = sentence.spanOf(index);
    const before = sentence.canon.slice(0, span.start);
    const format = cited(token.written, `${before}${sentence.canon.slice(span.end)}`);
    if (format !== undefined && conforms.test(before)) add(format, span);
  }
  return dedupe(found);
}

const conforms =
  /\b(?:conform(?:s|ing)? (?:to|with)|compl(?:y|ies) with|adheres? to|follows?|match(?:es)?|format|formatted|as|encoded|expressed|defined (?:in|by)|specified (?:in|by)|according to|per|valid|be an?|is an?)\b[^.;]*$/u;

function cited(written: string, around: string): KnownFormat | undefined {
  const plain =
    /^ISO[ -]8601/iu.test(written) &&
    /\bdates?\b/u.test(around) &&
    !/\btimes?\b|\btimestamps?\b|date-?time/u.test(around);
  if (plain) return knownFormats.find(({ format }) => format === "date");
  if (/^RFC ?3986$/iu.test(written) && /\breferences?\b/u.test(around))
    return knownFormats.find(({ format }) => format === "uri-reference");
  return knownFormats.find((format) => format.cited?.test(written.trim()) === true);
}

/** "If the value is a URI, …" is a condition and no rule about the value. */
function isInCondition(before: string): boolean {
  return /\b(?:if|when|where|unless|whenever)\b[^,;.]*$/u.test(before);
}

function toFinding(known: KnownFormat, span: Span, negated: boolean): Finding {
  const { format, reference, pattern, valid, invalid } = known;
  if (!negated)
    return { span, constraint: { kind: "format", format, reference, pattern }, samples: { valid, invalid } };
  const inner = pattern.replaceAll(/^\^|\$$/gu, "");
  return {
    span,
    constraint: {
      kind: "pattern",
      pattern: `^(?!(?:${inner})$)[\\s\\S]*$`,
      description: `anything but: ${format}`,
    },
    samples: { valid: invalid, invalid: valid },
  };
}

/** "a date-time as in RFC 3339" names one format twice. */
function dedupe(found: readonly Finding[]): Finding[] {
  const names = found.map(({ constraint }) => (constraint.kind === "format" ? constraint.format : ""));
  return found.filter((_, index) => names[index] === "" || names.indexOf(names[index] ?? "") === index);
}
