import type { Samples } from "../constraint.ts";
import type { Sentence, Span } from "../text/sentence.ts";
import { type Charset, charsetAt, escapeText } from "./charset.ts";
import { endBefore, type Finding, isFree, matches } from "./finding.ts";
import { isNegated } from "./polarity.ts";

const only =
  /\b(?:(?:consists?|composed|made up|comprised|made)(?: (?:only|solely|exclusively|entirely))? of|consisting of|(?:contains?|uses?|includes?|have|has)(?: (?:only|solely|exclusively|nothing but))|(?:only|solely|exclusively) (?:contains?|uses?|consists? of|includes?)|(?:restricted|limited) to)(?: of| from)?(?: the)? (?=[a-z@])/gu;
const onlyAllowed = /\bonly (?=[a-z@])/gu;
const being =
  /\b(?:must|shall|should|be|are|is)(?: not)?(?: always| all| be| only| in)* (?=(?:lower-?case|upper-?case|alphanumeric|numeric|all lower|all upper|ascii|alphabetic)\b)/gu;
const lacking =
  /\b(?:contain|include|have|use|containing|including|having|contains|with)(?: any(?: of)?)?(?: the(?: following)?(?: special)? (?:characters|symbols)(?: :)?)? (?=[a-z@<>=%+|])/gu;
const edges =
  /\b(start|begin|starts|begins|starting|beginning|prefixed|end|ends|ending|suffixed|terminated|terminate)s? (?:with|by|in)(?: either)?(?: (?:an?|the|at least #\d+))?(?: (?:prefix|suffix|character|string|extension))? (?=[a-z@])/gu;
const holding =
  /(?:\b(?:contain|include|have|contains|includes|has|containing|including|with|and)|,)(?: at)?(?: least| exactly)? #(\d+) (?=[a-z@])/gu;
/** "must contain a digit": one of its kind is enough. */
const holdingOne =
  /\b(?:contain|include|have|contains|includes|containing|including)(?: also)? (?:an?|one) (?=[a-z])/gu;
/** "at least one of !, ? and #" */
const holdingAny =
  /\b(?:contain|include|contains|includes|containing|including|and)(?: also)?(?: at least)? one of(?: the(?: following)?(?: special)? (?:characters|symbols)(?: :)?)? (?=[@<>=%+|])/gu;
const holdingText =
  /\b(?:contain|include|contains|includes|containing|including)(?: (?:an?|the|at least #\d+|exactly #\d+))?(?: (?:character|symbol|string|substring))? (?=@\d+)/gu;

/** Reads what text is made of: allowed and forbidden characters, beginnings and endings, counts of a kind. */
export function readTextRules(sentence: Sentence, claimed: readonly Finding[]): Finding[] {
  const found: Finding[] = [];
  const add = (finding: Finding | null) => {
    if (finding !== null && isFree(finding.span, [...claimed, ...found])) found.push(finding);
  };
  const { canon } = sentence;
  for (const { match, span } of matches(edges, canon))
    add(edge(sentence, match, span, [...claimed, ...found]));
  for (const { match, span } of matches(only, canon))
    add(madeOf(sentence, span.start, match.index + match[0].length, claimed));
  for (const { match, span } of matches(onlyAllowed, canon)) {
    const finding = madeOf(sentence, span.start, match.index + match[0].length, claimed);
    if (
      finding !== null &&
      /^ (?:characters )?(?:are|is|may be|can be) [a-z]+/u.test(canon.slice(finding.span.end))
    )
      add(finding);
  }
  for (const { match, span } of matches(being, canon))
    add(isMade(sentence, span.start, match.index + match[0].length, claimed));
  for (const { match } of matches(holding, canon)) add(counted(sentence, match, [...claimed, ...found]));
  for (const { match, span } of matches(holdingAny, canon))
    add(anyOf(sentence, span.start, match.index + match[0].length, [...claimed, ...found]));
  for (const { match, span } of matches(holdingOne, canon))
    for (const finding of oneOfEach(sentence, span.start, match.index + match[0].length, claimed))
      add(finding);
  for (const { match, span } of matches(lacking, canon))
    add(without(sentence, span.start, match.index + match[0].length, [...claimed, ...found]));
  for (const { match, span } of matches(holdingText, canon))
    add(holds(sentence, span.start, match.index + match[0].length, [...claimed, ...found]));
  return found;
}

function rule(span: Span, pattern: string, description: string, samples: Samples): Finding {
  return { span, constraint: { kind: "pattern", pattern, description }, samples };
}

/** Characters of which at least one lies outside of any set that a sentence is likely to name. */
const strangers = ["a", "A", "1", "-", "_", " ", "!", "é", "\u0007", "."];

function outsiders({ inside }: Charset): string[] {
  const member = new RegExp(`^[${inside}]$`, "u");
  return strangers.filter((character) => !member.test(character));
}

function madeOf(sentence: Sentence, start: number, at: number, claimed: readonly Finding[]): Finding | null {
  const read = charsetAt(sentence, sentence.canon.slice(at));
  if (read === null) return null;
  const span = { start, end: at + read.length };
  if (isNegated(sentence.canon, span, endBefore(start, claimed))) return null;
  return madeOnlyOf(span, read.charset);
}

function isMade(sentence: Sentence, start: number, at: number, claimed: readonly Finding[]): Finding | null {
  const text = sentence.canon.slice(at).replace(/^all /u, "");
  const skipped = sentence.canon.length - at - text.length;
  const read = charsetAt(sentence, text);
  const cased = read === null ? null : /^(?:lower|upper)/u.exec(read.charset.words);
  if (read === null || /^ (?:and|or|value|string)/u.test(text.slice(read.length))) return null;
  const span = { start, end: at + skipped + read.length };
  const window = sentence.canon.slice(start, at);
  if (/\bnot\b/u.test(window) || isNegated(sentence.canon, span, endBefore(start, claimed))) return null;
  if (cased === null || /letters?|characters?/u.test(read.charset.words))
    return madeOnlyOf(span, read.charset);
  const [bad, good, other] = cased[0] === "lower" ? ["A-Z", "abc", "aBc"] : ["a-z", "ABC", "AbC"];
  return rule(span, `^[^${bad}]*$`, `${read.charset.words} throughout`, {
    valid: [good, `${good}-1`],
    invalid: [other],
  });
}

/** A rule that text consists of nothing but some characters. */
export function madeOnlyOf(span: Span, charset: Charset): Finding {
  const { inside, words, member } = charset;
  const invalid = outsiders(charset)
    .slice(0, 3)
    .map((stranger) => `${member}${stranger}${member}`);
  return rule(span, `^[${inside}]*$`, `only ${words}`, {
    valid: [member.repeat(3), mixed(inside, member)],
    invalid,
  });
}

function mixed(inside: string, member: string): string {
  const set = new RegExp(`^[${inside}]$`, "u");
  return [member, ...strangers.filter((character) => set.test(character)), member].join("");
}

function without(sentence: Sentence, start: number, at: number, claimed: readonly Finding[]): Finding | null {
  const read = charsetAt(sentence, sentence.canon.slice(at));
  if (read === null) return null;
  const span = { start, end: at + read.length };
  if (!isNegated(sentence.canon, span, endBefore(start, claimed))) return null;
  const { inside, words, member } = read.charset;
  const [one] = outsiders(read.charset);
  const plain = one === "a" || one === undefined ? "abc" : `${one}${one}`;
  return rule(span, `^[^${inside}]*$`, `no ${words}`, {
    valid: [plain],
    invalid: [`${plain}${member}${plain}`, `${member}${plain}`],
  });
}

function edge(
  sentence: Sentence,
  match: RegExpExecArray,
  span: Span,
  claimed: readonly Finding[],
): Finding | null {
  const at = match.index + match[0].length;
  const text = sentence.canon.slice(at);
  const literal = /^@(\d+)(?:(?: ,)? or @(\d+))?/u.exec(text);
  const values = (literal?.slice(1) ?? []).flatMap((mark) => {
    const token = mark === undefined ? undefined : sentence.token(mark);
    return token?.at === "quoted" ? [token.value] : [];
  });
  const read = values.length > 0 ? null : charsetAt(sentence, text);
  const [source, sample, words] =
    read === null
      ? [`(?:${values.map(escapeText).join("|")})`, values[0] ?? "", values.join(" or ")]
      : [`[${read.charset.inside}]`, read.charset.member, read.charset.words];
  if (sample === "") return null;
  const whole = { start: span.start, end: at + (read?.length ?? literal?.[0].length ?? 0) };
  const atEnd = /^(?:end|suffix|termin)/u.test(match[1] ?? "");
  const negated = isNegated(sentence.canon, whole, endBefore(whole.start, claimed));
  const bare = ["x", "X", "1", "-"].find((text_) => !new RegExp(`^${source}`, "u").test(text_)) ?? " ";
  const fits = atEnd ? `${bare}${bare}${sample}` : `${sample}${bare}${bare}`;
  const misses = [bare.repeat(3), atEnd ? `${sample}${bare}` : `${bare}${sample}`];
  const pattern = negated
    ? atEnd
      ? `^(?![\\s\\S]*${source}$)[\\s\\S]*$`
      : `^(?!${source})[\\s\\S]*$`
    : atEnd
      ? `^[\\s\\S]*${source}$`
      : `^${source}[\\s\\S]*$`;
  const samples = negated ? { valid: misses, invalid: [fits] } : { valid: [fits], invalid: misses };
  return rule(
    whole,
    pattern,
    `${negated ? "does not " : ""}${atEnd ? "end" : "start"} with ${words}`,
    samples,
  );
}

/** "at least one digit": a count of a kind of character. Plain "8 characters" and "4 digits" are lengths. */
function counted(sentence: Sentence, match: RegExpExecArray, claimed: readonly Finding[]): Finding | null {
  const at = match.index + match[0].length;
  const read = charsetAt(sentence, sentence.canon.slice(at).replace(/^(?:of )/u, ""));
  const token = sentence.token(match[1] ?? "");
  const start = sentence.canon.indexOf(`#${match[1]}`, match.index);
  const span = { start, end: at + (read?.length ?? 0) };
  if (read === null || token?.at !== "number" || isNegated(sentence.canon, span, endBefore(start, claimed)))
    return null;
  if (
    !/\bat least\b/u.test(match[0]) &&
    !/\b(?:contain|includ|has|have|with)\w*\b[^.;]*$/u.test(sentence.canon.slice(0, start))
  )
    return null;
  if (/\bbetween\b[^,.;]*$/u.test(sentence.canon.slice(0, start)) && /^ ?and\b/u.test(match[0])) return null;
  if (/^(?:digits?)$/u.test(read.charset.words) && token.amount.value > 2 && !/at least/u.test(match[0]))
    return null;
  return someOf(span, read.charset, token.amount.value);
}

/** "a digit, an uppercase letter and a symbol": one of each. */
function oneOfEach(sentence: Sentence, start: number, at: number, claimed: readonly Finding[]): Finding[] {
  const found: Finding[] = [];
  for (let from = at; ;) {
    const text = sentence.canon.slice(from);
    const item = text.slice(0, /,| and | or |[.;]|$/u.exec(text)?.index).trimEnd();
    const read = /^numbers?\b/u.test(item) ? null : charsetAt(sentence, item);
    if (read === null || read.length !== item.length) return [];
    const span = { start: found.length === 0 ? start : from, end: from + item.length };
    if (isNegated(sentence.canon, span, endBefore(start, claimed))) return [];
    found.push(someOf(span, read.charset, 1));
    const rest = text.slice(item.length);
    if (/^(?: ,)? or /u.test(rest)) return [];
    const next = /^(?: ,)?(?: and)? (?:an?|one) /u.exec(rest);
    if (next === null) return found;
    from += item.length + next[0].length;
  }
}

function anyOf(sentence: Sentence, start: number, at: number, claimed: readonly Finding[]): Finding | null {
  const read = charsetAt(sentence, sentence.canon.slice(at));
  if (read === null) return null;
  const span = { start, end: at + read.length };
  return isNegated(sentence.canon, span, endBefore(start, claimed)) ? null : someOf(span, read.charset, 1);
}

function someOf(span: Span, charset: Charset, count: number): Finding {
  const { inside, words, member } = charset;
  const pattern = `^(?:[^${inside}]*[${inside}]){${count}}[\\s\\S]*$`;
  const [other = "a"] = outsiders(charset);
  const samples = {
    valid: [`${other}${member.repeat(count)}${other}`],
    invalid: [`${other}${member.repeat(Math.max(0, count - 1))}${other}${other}`],
  };
  return rule(span, pattern, `at least ${count} ${words}`, samples);
}

function holds(sentence: Sentence, start: number, at: number, claimed: readonly Finding[]): Finding | null {
  const token = sentence.token(/^@(\d+)/u.exec(sentence.canon.slice(at))?.[1] ?? "");
  if (token?.at !== "quoted" || token.code || /[a-z]{3}/iu.test(token.value)) return null;
  const span = { start, end: at + (/^@\d+/u.exec(sentence.canon.slice(at))?.[0].length ?? 0) };
  const inner = escapeText(token.value);
  const negated = isNegated(sentence.canon, span, endBefore(start, claimed));
  const [fits, misses] = [`x${token.value}y`, "xy"];
  return negated
    ? rule(span, `^(?![\\s\\S]*${inner})[\\s\\S]*$`, `no ${token.value}`, {
        valid: [misses],
        invalid: [fits],
      })
    : rule(span, `^[\\s\\S]*${inner}[\\s\\S]*$`, `contains ${token.value}`, {
        valid: [fits],
        invalid: [misses],
      });
}
