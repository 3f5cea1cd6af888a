import type { Decision } from "../constraint.ts";
import { decisionTable } from "../decision-table.ts";
import type { Sentence, Span } from "../text/sentence.ts";
import { atomsOf, evaluate, type Expression, negate, readExpression, write } from "./expression.ts";
import { identifier } from "./subject.ts";

/** The condition of a sentence and what hangs on it. */
export interface Condition {
  readonly condition: Span;
  readonly outcome: Span;
  readonly unless: boolean;
}

const opener =
  "if and only if|only if|only when|only where|if|when|whenever|unless|provided that|as long as|so long as|except when|except if|in case";
const idle =
  /^ ?(?:(?:it |they )?(?:is |are )?(?:present|set|given|provided|specified|any|necessary|possible|needed|required|applicable|desired|available|appropriate|supplied|used|included|defined)|(?:they|it|you|the user) (?:wants?|wish(?:es)?|likes?|chooses?)|in doubt|reading|writing)(?=[ ,.]|$)/u;
const verb =
  /\b(?:must|shall|should|may|can|cannot|will|is|are|has|have|gets?|receives?|applies|sends?|returns?|responds?|shows?|displays?|opens?|starts?|stops?|rejects?|accepts?|allows?|grants?|denies|does|do|fails?|ships?|costs?)\b/u;

/** Finds "if …, …" and "… if …". Words such as "if present" state no condition of their own. */
export function findCondition(sentence: Sentence): Condition | null {
  const { canon } = sentence;
  const stop = canon.search(/ [.;]|$/u);
  const front = new RegExp(`^(?:and |but |then )?(${opener}|where|once|in case) `, "u").exec(canon);
  if (front !== null) return inFront(canon, front, stop);
  const match = new RegExp(` (?:, )?(?:but |and )?(${opener}) `, "u").exec(canon.slice(0, stop));
  if (match === null) return null;
  const start = match.index + match[0].length;
  if (idle.test(canon.slice(start))) return null;
  return {
    condition: { start, end: stop },
    outcome: { start: 0, end: match.index },
    unless: isUnless(match[1]),
  };
}

function inFront(canon: string, front: RegExpExecArray, stop: number): Condition | null {
  const start = front[0].length;
  const text = canon.slice(0, stop);
  const commas = [...text.matchAll(/ , (?:then )?/gu)].filter((match) => match.index > start);
  const then = commas.find((match) => match[0].endsWith("then "));
  const main =
    then ??
    commas.findLast((match) => {
      const rest = text.slice(match.index + match[0].length);
      return verb.test(rest) && !/^(?:and|or|inclusive|exclusive)\b/u.test(rest);
    }) ??
    / then /u.exec(text);
  if (main === null || main === undefined || idle.test(canon.slice(start))) return null;
  return {
    condition: { start, end: main.index },
    outcome: { start: main.index + main[0].length, end: stop },
    unless: isUnless(front[1]),
  };
}

function isUnless(word: string | undefined): boolean {
  return word === "unless" || word === "except when" || word === "except if";
}

/** The decision table of a condition; `null` with more than six conditions, whose table nobody would read. */
export function toDecision(sentence: Sentence, found: Condition): Decision | null {
  const text = sentence.canon.slice(found.condition.start, found.condition.end);
  const plain = readExpression(text);
  const expression: Expression = found.unless ? negate(plain) : plain;
  const atoms = atomsOf(expression);
  if (atoms.length > 6 || atoms.some((atom) => atom.trim() === "")) return null;
  const names = new Map<string, string>();
  for (const atom of atoms) names.set(atom, freshName(sentence, atom, new Set(names.values())));
  const nameOf = (atom: string) => names.get(atom) ?? "";
  const all = [...names.values()];
  return {
    kind: "decision",
    outcome: sentence.asWritten(found.outcome).replace(/^(?:then|,) /u, ""),
    conditions: atoms.map((atom) => ({ name: nameOf(atom), text: sentence.written(atom) })),
    expression: write(expression, nameOf),
    table: decisionTable(all, (row) => evaluate(expression, (atom) => row[nameOf(atom)] === true)),
  };
}

const dull = new Set([
  "the",
  "a",
  "an",
  "is",
  "are",
  "has",
  "have",
  "of",
  "to",
  "in",
  "on",
  "at",
  "by",
  "been",
  "be",
  "and",
  "or",
  "their",
  "its",
  "was",
  "with",
  "for",
  "from",
  "than",
]);

function freshName(sentence: Sentence, atom: string, taken: ReadonlySet<string>): string {
  const words = sentence
    .written(atom)
    .toLowerCase()
    .split(/[^a-z0-9]+/u)
    .filter((each) => each !== "" && !dull.has(each));
  const base = identifier(words.slice(0, 4));
  let name = base;
  for (let next = 2; taken.has(name); next += 1) name = `${base}${next}`;
  return name;
}
