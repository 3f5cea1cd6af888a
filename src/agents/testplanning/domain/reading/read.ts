import { isExact } from "../decimal.ts";
import { plainNumbers } from "../text/number-formats.ts";
import { Sentence } from "../text/sentence.ts";
import { readChoices } from "./choices.ts";
import { type Condition, findCondition, toDecision } from "./conditions.ts";
import { readEnumerations } from "./enumerations.ts";
import type { Finding } from "./finding.ts";
import { readFormats } from "./format-rules.ts";
import { leftOver } from "./left-over.ts";
import { contradiction, merge, mixesUnits, type ReadRule, type Statement } from "./merge.ts";
import { readNumberKinds } from "./number-kinds.ts";
import { readPresence } from "./presence.ts";
import { readQuantities } from "./quantities.ts";
import { readRelations } from "./relations.ts";
import { attribute, offersChoice } from "./attribute.ts";
import { isPermission, limitStrength, strengthOf } from "./strength.ts";
import { readTemporal } from "./temporal-rules.ts";
import { readTextRules } from "./text-rules.ts";
import { readTypes } from "./type-rules.ts";
import { differentUnits, whyUnread } from "./unread.ts";
import { choiceOnly, permissionOnly, statesNothing, whyUntestable } from "./untestable.ts";

/** What a requirement says, as far as it can be tested. */
export type Reading =
  | { readonly at: "testable"; readonly rules: readonly ReadRule[]; readonly assumptions: readonly string[] }
  | { readonly at: "untestable"; readonly reason: string };

type Reader = (sentence: Sentence, claimed: readonly Finding[]) => Finding[];

/** In the order of how telling their words are: what one has claimed, the next leaves alone. */
const readers: readonly Reader[] = [
  readTemporal,
  readChoices,
  readEnumerations,
  readTextRules,
  readFormats,
  readNumberKinds,
  readQuantities,
  readRelations,
  readPresence,
  readTypes,
];

/** Reads a requirement in English into rules, or says why there is nothing to test in it. */
export function read(requirement: string): Reading {
  const numbers = plainNumbers(withoutNumbering(requirement));
  const sentence = new Sentence(numbers.text);
  const silent = statesNothing(sentence.canon) ?? numbers.unread ?? whyUnread(sentence);
  if (silent !== null) return { at: "untestable", reason: silent };

  const all: Finding[] = [];
  for (const reader of readers) all.push(...reader(sentence, all));
  const findings = all.toSorted((a, b) => a.span.start - b.span.start);

  const condition = findCondition(sentence);
  const { kept, assumptions, decision } = weigh(sentence, findings, condition);
  const permitted = kept.filter((finding) => !isMere(sentence, finding));
  const statements = [...attribute(sentence, permitted), ...decision];
  if (statements.length === 0)
    return { at: "untestable", reason: kept.length > 0 ? permissionOnly : whyUntestable(sentence.canon) };

  if (decision.length === 0 && (offersChoice(sentence, permitted) || leavesChoice(sentence, permitted, all)))
    return { at: "untestable", reason: choiceOnly };

  if (mixesUnits(statements)) return { at: "untestable", reason: differentUnits };
  const rules = merge(statements);
  const reason = contradiction(rules) ?? tooLarge(rules);
  if (reason !== null) return { at: "untestable", reason };
  const notes = [
    ...numbers.assumptions,
    ...permitted.flatMap((finding) => finding.assumptions ?? []),
    ...leftOver(sentence, all, condition),
  ];
  return { at: "testable", rules, assumptions: [...new Set([...assumptions, ...notes])] };
}

interface Weighed {
  readonly kept: readonly Finding[];
  readonly assumptions: readonly string[];
  readonly decision: readonly Statement[];
}

/** A condition limits where a rule applies; without a rule in the main clause it is itself what can be tested. */
function weigh(sentence: Sentence, findings: readonly Finding[], condition: Condition | null): Weighed {
  if (condition === null) return { kept: findings, assumptions: [], decision: [] };
  const inside = (finding: Finding) =>
    finding.span.start >= condition.condition.start && finding.span.end <= condition.condition.end + 1;
  const main = findings.filter((finding) => !inside(finding));
  const own = findings.filter(
    (finding) =>
      inside(finding) && finding.constraint.kind !== "type" && finding.constraint.kind !== "presence",
  );
  const text = sentence.asWritten(condition.condition);
  const onlyPresence = main.every(({ constraint }) => constraint.kind === "presence");
  if (main.length > 0 && !(onlyPresence && own.some(({ constraint }) => constraint.kind === "range")))
    return {
      kept: main,
      assumptions: [`The rule applies ${condition.unless ? "unless" : "when"}: ${text}.`],
      decision: [],
    };
  const decided = isOpenChoice(sentence, condition) ? null : toDecision(sentence, condition);
  const single = decided !== null && decided.conditions.length === 1;
  const outcome = sentence.asWritten(condition.outcome).replace(/^(?:then|,) /u, "");
  const assumptions = [
    `"accept" means that the outcome holds: ${outcome}.`,
    "Where the condition does not hold, neither does the outcome.",
  ];
  if (decided === null) return { kept: [], assumptions: [], decision: [] };
  if (single && own.length > 0 && !condition.unless) {
    // What is refused beyond a limit was read as the limit of what is not refused.
    const notes = refusesOutcome(sentence, condition)
      ? [`"accept" means that the outcome does not hold: ${outcome}.`]
      : assumptions;
    return { kept: own, assumptions: notes, decision: [] };
  }
  const strength = limitStrength(strengthOf(sentence.canon, condition.outcome));
  const statement: Statement = {
    subject: decided.outcome,
    field: "decision",
    strength,
    constraint: decided,
    samples: { valid: [], invalid: [] },
  };
  const all = !/ or |\bnot\b/u.test(decided.expression);
  return { kept: all && !condition.unless ? own : [], assumptions, decision: [statement] };
}

function refusesOutcome({ canon }: Sentence, { outcome }: Condition): boolean {
  return /\b(?:reject|refus|den(?:y|ie)|declin|forbid|prohibit|disallow|block)/u.test(
    canon.slice(outcome.start, outcome.end),
  );
}

/** "MAY … if …" requires nothing on either side of the condition. */
function isOpenChoice(sentence: Sentence, condition: Condition): boolean {
  const outcome = sentence.canon.slice(condition.outcome.start, condition.outcome.end);
  return (
    strengthOf(outcome, { start: outcome.length, end: outcome.length }) === "may" &&
    !/\bonly\b/u.test(sentence.canon)
  );
}

/** A permission without a limit. */
function isMere(sentence: Sentence, finding: Finding): boolean {
  if (strengthOf(sentence.canon, finding.span) !== "may") return false;
  if (finding.constraint.kind === "decision") return false;
  return finding.constraint.kind === "presence" || isPermission(sentence.canon, finding.span);
}

const another =
  /^ ?,? or (?:be |is |have |has |contain |contains |the |an? |keyword |string |value |literal |equal to )*(?:@\d+|null|empty|none|absent|omitted|#\d+)/u;

/** "greater than zero or the keyword \"any\"": what comes after "or" was not read, so the rule is only half of it. */
function leavesChoice(sentence: Sentence, findings: readonly Finding[], all: readonly Finding[]): boolean {
  return findings.some(({ span, constraint }) => {
    const match = constraint.kind === "enumeration" ? null : another.exec(sentence.canon.slice(span.end));
    return (
      match !== null &&
      !all.some((other) => other.span.start >= span.end && other.span.start < span.end + match[0].length)
    );
  });
}

/** "3.1.2 The value …", "- The value …", "REQ-12: The value …" */
function withoutNumbering(text: string): string {
  return text
    .trim()
    .replace(/^(?:[-*•]\s+|\d+(?:\.\d+)+\.?\s+|\(?\d+[.)]\s+|[A-Z]{1,8}-\d+\s?:\s*)/u, "")
    .replaceAll(/\s+/gu, " ");
}

function tooLarge(rules: readonly ReadRule[]): string | null {
  for (const { constraint } of rules)
    for (const part of constraint.kind === "all" ? constraint.of : [constraint]) {
      if (
        part.kind === "range" &&
        [part.min, part.max].some((end) => end !== null && !isExact(end, part.step))
      )
        return "A bound is beyond 2^53, where neighbouring numbers cannot be told apart in JSON.";
    }
  return null;
}
