import type { Sentence, Span } from "../text/sentence.ts";
import { clauseBefore, introduction } from "./polarity.ts";

const modal =
  /\b(?:must|shall|should|may|can|cannot|could|will|has to|have to|needs? to|is required to|are required to|is|are|has|have|was|were|lasts|takes?(?: place)?|contains?|includes?|accepts?|allows?|rejects?|refuses?|supports|requires?|ranges|runs?|lies|weighs|consists?|starts|begins|ends|matches|applies|qualif(?:y|ies)|exceeds?|be|costs?|expires?|occurs?|happens?)\b/u;
const opening =
  /^(?:[,;:.\-)]|do|and|or|nor|but|then|also|that|which|whose|where|it is|they are|note that|in addition|additionally|furthermore|moreover|therefore|thus|hence|only|each|every|all|any|both|either|neither|no|nobody|nothing|none of|the|an?|its?|their|his|her|this|these|those|such|valid|allowed|permitted|accepted|accept|allow|reject|refuse|deny|ensure|check|verify|validate|require|use|choose|enter|provide|limit|keep|if present|when present|if set|if provided|if given|if specified|when specified|when set|where present|with|of|for|in|to|by|containing|including|holding|indicating|must|shall|should|may|can|cannot|be|not|never|have|has|contain|include|is|are|than|recommended|it|they|he|she|at least|at most|exactly|however) /u;
const generic =
  /^(?:(?:an?|the|its|their|his|her|minimum|maximum|min|max|total|exact|allowed|permitted|valid|overall|whole|json|non-empty|single|possible|accepted|supported|legal)? ?)*(?:values?|lengths?|numbers?|size|string|integer|count|amount of|range|interval|section|form|format|minimum|maximum|limit|decimal|array|list|float|object|characters?|text|one|more|less|total|it|they|which|that|this|letters?|digits?|following|content|bounds?|option|there|anything|everything|any)?(?: (?:of|is|in|for|range))*$/u;
const wrapping =
  /^(?:values?|lengths?|size|number|contents?|string value|text|range|minimum length|maximum length|total length|minimum|maximum|(?:minimum|maximum|total) (?:number|size|value)|value range|(?:allowed|valid|permitted|accepted|supported|possible) [a-z]+) (?:of|for|in) (?:the |an? |each |every |any |its )?/u;
const verbs =
  "enter|provide|supply|choose|use|submit|accept|allow|reject|refuse|deny|have|contain|include|send|set|specify|take|support|store|generate|return|limit|keep|require|carry|make|pick|pay|order|upload|select|give|define|receive|create|pass|place|hold";
const object = new RegExp(
  `(?:${verbs})(?:s|es|ed|ing)? (?:only )?(?!place\\b)((?:(?:an?|the|their|his|her|its|any|all) )?(?:@\\d+|[a-z][\\w-]*)(?: (?!of\\b|with\\b|that\\b|which\\b|whose\\b|between\\b|from\\b|for\\b|in\\b)(?:@\\d+|[a-z][\\w-]*)){0,4})(?: (?:of|with|that|which|whose|for|in|from)\\b.*)?$`,
  "u",
);

/** "applies to orders of", "for orders": the noun right before the bound. */
const beside =
  /(?:for|on|appl(?:y|ies) to) ((?:(?:the|an?|all|any|each|every) )?[a-z][\w-]*(?: [a-z][\w-]*){0,2}?)(?: of| aged)? *$/u;

/** Who a constraint is about. */
export interface Subject {
  /** Canonical words; empty where the words before the constraint name nobody. */
  readonly canon: string;
  /** One entry per name when several share the rule: "the `id` and `source` attributes". */
  readonly names: readonly string[];
}

/** Finds the noun phrase that a constraint at `span` speaks of, in the words after `from`. */
export function subjectBefore(sentence: Sentence, span: Span, from: number): Subject {
  const clause = clauseBefore(sentence.canon, span.start, from);
  const subject = subjectOf(sentence, withoutCondition(clause));
  const front = from === 0 ? leftOut.exec(sentence.canon.slice(0, span.start))?.[1] : undefined;
  if (subject.canon === "" && front !== undefined)
    return subjectOf(sentence, withoutCondition(clauseBefore(front, front.length, 0)));
  const earlier = / (?:only if|if|when|whenever) /u.exec(clause);
  if (subject.canon === "" && earlier !== null) return subjectOf(sentence, clause.slice(0, earlier.index));
  const label = /(?:^|[.;] )([^.;:]{1,40}) : ?$/u.exec(sentence.canon.slice(from, span.start))?.[1];
  return subject.canon === "" && label !== undefined ? subjectOf(sentence, label) : subject;
}

/** A value of its own, unlike "a total of" and "in total". */
const ofItsOwn = /(?:^| )(?:the|its|their|whose) (total|text)(?: (?!of\b)|$)/u;

/** "… is optional but must not …", "… is optional. If given, it must …": who it is about was said before. */
const leftOut =
  /^(.+) (?:[.;]|but|, and(?= must| shall| should)) (?:and )?(?:(?:if|when|where) (?:it is )?(?:present|given|set|provided|specified|supplied) ,? ?)?(?:(?:it|they|this) )?(?:must|shall|should|may|can|cannot|has to|have to|needs? to|is|are|has|have)\b[^.;]*$/u;

function subjectOf(sentence: Sentence, clause: string): Subject {
  const at = modal.exec(stripOpening(clause));
  const isPair = /^ ?both /u.test(clause);
  const stripped = stripOpening(clause);
  const head = at === null ? stripped : stripped.slice(0, at.index);
  const rest = at === null ? "" : stripped.slice(at.index);
  const named = object.exec(rest.trim())?.[1] ?? "";
  const phrase = tidy(named);
  const inner = (/^[a-z]+ed$/u.test(phrase) ? "" : phrase) || tidy(beside.exec(rest)?.[1] ?? "");
  const canon = inner !== "" && !generic.test(inner) ? inner : tidy(head);
  const own = ofItsOwn.exec(clause)?.[1];
  const subject = own === head.trim() ? own : generic.test(canon) ? "" : canon;
  const both = isPair ? pairOf(sentence, head) : [];
  return { canon: subject, names: both.length > 0 ? both : namesIn(sentence, subject) };
}

/** "If present," and other conditions in front do not name the subject. */
function withoutCondition(clause: string): string {
  const main = clause.replace(introduction, " ");
  return (
    main
      .split(
        /(?:^| )(?:only if|if|when|whenever|unless|provided that|as long as|then|ensures? that|ensuring that|verify that|guarantees? that) /u,
      )
      .at(-1) ?? main
  );
}

function stripOpening(text: string): string {
  let rest = text.trimStart();
  for (let match = opening.exec(`${rest} `); match !== null; match = opening.exec(`${rest} `)) {
    if (rest.length <= match[0].length) return "";
    rest = rest.slice(match[0].length).trimStart();
  }
  return rest;
}

/** A phrase without the words around its noun; empty where it only says "value", "length" and the like. */
export function nounOf(phrase: string): string {
  const noun = tidy(phrase);
  return generic.test(noun) ? "" : noun;
}

function tidy(phrase: string): string {
  let text = stripOpening(phrase.replaceAll(/ ?\( [^()]* \)/gu, "").replaceAll(/[()[\]"]/gu, " ")).trim();
  text = text
    .replace(
      /(?: ?[,;:.=-]| (?:of|with|that|which|whose|who|only|also|and|or|not|always|other than|except|outside|inside|within|the|an?|at|to|in|by|for|from|be|aged|ages|if|when))+$/u,
      "",
    )
    .trim();
  const unwrapped = text
    .replace(wrapping, "")
    .replace(/ (?:values?|lengths?|count|size range|range)$/u, "")
    .trim();
  return unwrapped === "" || generic.test(unwrapped) ? (generic.test(text) ? "" : text) : unwrapped;
}

/** "both the username and the password" */
function pairOf(sentence: Sentence, head: string): string[] {
  const parts = head.split(/ and /u).map(tidy);
  return parts.length === 2 && parts.every((part) => part !== "")
    ? parts.map((part) => sentence.written(part))
    : [];
}

function namesIn(sentence: Sentence, canon: string): string[] {
  const names = [...canon.matchAll(/@(\d+)/gu)].flatMap((match) => {
    const token = sentence.token(match[1] ?? "");
    return token?.at === "quoted" ? [token.value] : [];
  });
  const listed =
    /^(?:the )?@\d+(?: (?:attributes?|members?|fields?|headers?))?(?:(?: ,)?(?: and| or| ,) (?:the )?@\d+)+\b/u.test(
      canon,
    );
  return listed && names.length > 1 ? names : [];
}

const fillers = new Set([
  "the",
  "a",
  "an",
  "of",
  "and",
  "or",
  "for",
  "in",
  "on",
  "to",
  "with",
  "its",
  "their",
  "each",
  "every",
  "that",
  "is",
  "are",
  "by",
  "from",
  "value",
  "values",
  "attribute",
  "attributes",
  "member",
  "field",
  "header",
  "property",
  "parameter",
  "element",
  "number",
  "new",
  "given",
  "any",
  "all",
  "must",
  "be",
  "whose",
  "who",
]);

/** An identifier for a subject: the name it quotes, else its content words in camel case. */
export function fieldOf(sentence: Sentence, canon: string): string {
  const quoted = [...canon.matchAll(/@(\d+)/gu)]
    .map((match) => sentence.token(match[1] ?? ""))
    .find((token) => token?.at === "quoted");
  if (quoted?.at === "quoted") return identifier(quoted.value.split(/[^A-Za-z0-9]+/u));
  const plain = canon
    .replaceAll(/[#@~&]\d+/gu, " ")
    .replaceAll("'s", "")
    .toLowerCase()
    .split(/[^a-z0-9]+/u)
    .filter((word) => word !== "" && !fillers.has(word));
  const words = plain.length > 4 ? plain.slice(-4) : plain;
  return identifier([...words.slice(0, -1), ...words.slice(-1).map(singular)]);
}

/** Fields are named in the singular: usernames → username, addresses → address. */
function singular(word: string): string {
  if (/(?:ss|us|is|as|series|news)$/u.test(word) || word.length < 4) return word;
  if (/(?:ook|ov)ies$/u.test(word)) return word.slice(0, -1);
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  return /(?:sses|xes|ches|shes)$/u.test(word) ? word.slice(0, -2) : word.replace(/s$/u, "");
}

export function identifier(words: readonly string[]): string {
  const parts = words.flatMap((word) => word.split(/[^A-Za-z0-9]+/u)).filter((word) => word !== "");
  const [first = "value", ...rest] = parts.map((word) =>
    /^[A-Z0-9]+$/u.test(word) ? word.toLowerCase() : word,
  );
  const joined = [
    first.charAt(0).toLowerCase() + first.slice(1),
    ...rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)),
  ].join("");
  return /^[a-z]/u.test(joined) ? joined : `value${joined.charAt(0).toUpperCase()}${joined.slice(1)}`;
}
