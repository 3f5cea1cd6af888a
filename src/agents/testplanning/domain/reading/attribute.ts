import type { Sentence } from "../text/sentence.ts";
import { countOf } from "./choices.ts";
import type { Finding } from "./finding.ts";
import type { Statement } from "./merge.ts";
import { areAlternatives } from "./polarity.ts";
import { limitStrength, strengthOf } from "./strength.ts";
import { fieldOf, identifier, nounOf, type Subject, subjectBefore } from "./subject.ts";

interface Name {
  readonly subject: string;
  readonly field: string;
}

/** Whether two findings are a choice: "at most 5 or at least 10" asks for one of them only. */
export function offersChoice(sentence: Sentence, findings: readonly Finding[]): boolean {
  return findings.some((finding, index) => {
    const next = findings[index + 1];
    return next !== undefined && areAlternatives(sentence.canon, finding.span, next.span);
  });
}

/** Says which field each finding is about; words such as "and must" or "it" go on with the one before. */
export function attribute(sentence: Sentence, findings: readonly Finding[]): Statement[] {
  const statements: Statement[] = [];
  let [names, from]: [Name[], number] = [[], 0];
  for (const finding of findings) {
    const own = namesOf(sentence, finding, from);
    if (finding.subject === undefined)
      names = own.length > 0 ? own : names.length > 0 ? names : fallback(sentence, finding);
    const used = finding.subject === undefined ? names : own;
    for (const name of used) statements.push(eitherOf(toStatement(sentence, finding, name)));
    from = finding.span.end;
  }
  return statements;
}

function namesOf(sentence: Sentence, finding: Finding, from: number): Name[] {
  if (finding.subject !== undefined) {
    const subject = finding.subject.replace(/^(?:an?|the) /u, "");
    return [{ subject, field: identifier(subject.replaceAll(/[`"']/gu, "").split(" ").slice(0, 4)) }];
  }
  const subject = subjectBefore(sentence, finding.span, from);
  if (subject.canon === "") return [];
  const names = subject.names.length > 0 ? subject.names : namesOfAll(sentence, finding, subject.canon);
  if (names.length > 0) return names.map((name) => ({ subject: name, field: identifier(name.split(" ")) }));
  return [{ subject: sentence.written(subject.canon), field: finding.field ?? named(sentence, subject) }];
}

/** "Either a phone number or an email must be provided": one of them is enough, which is a decision over both. */
function eitherOf(statement: Statement): Statement {
  const { constraint, subject, strength } = statement;
  const parts = subject.replace(/^either /u, "").split(/ or (?:an? |the )?/u);
  if (constraint.kind !== "presence" || !constraint.required || parts.length !== 2) return statement;
  const decision = countOf(parts, { least: 1, most: parts.length });
  return { subject, field: "decision", strength, constraint: decision, samples: none };
}

/** Two things in one phrase say nothing of two values: the sum of a and b. */
const together =
  /\b(?:of|between|from|for|with|in|on|to|by|at|sum|total|difference|product|ratio|combination|together)\b/u;

/** "The first name and the last name are required": one rule for each. */
function namesOfAll(sentence: Sentence, { constraint }: Finding, canon: string): string[] {
  const between =
    constraint.kind === "presence" ? /(?: ?,)? and (?:the |an? )?| ?, (?:the |an? )?/u : / and (?:the|an?) /u;
  const parts = canon.split(between).map(nounOf);
  const isList = parts.length > 1 && / and /u.test(canon) && !together.test(canon);
  if (!isList || parts.some((part) => part === "" || /,/u.test(part))) return [];
  return parts.map((part) => sentence.written(part));
}

function named(sentence: Sentence, subject: Subject): string {
  return fieldOf(sentence, subject.canon);
}

/** Nobody is named before the first constraint: what follows it, or its unit, has to do. */
function fallback(sentence: Sentence, finding: Finding): Name[] {
  const { constraint } = finding;
  if (finding.field !== undefined) return [{ subject: finding.field, field: finding.field }];
  if (finding.inner !== undefined && nounOf(finding.inner) !== "")
    return [
      { subject: sentence.written(nounOf(finding.inner)), field: fieldOf(sentence, nounOf(finding.inner)) },
    ];
  const after =
    /^ (?:of )?(?:the |an? )?(?!(?:if|unless|when|whenever|where|while|as|because|since|only)\b)((?:@\d+|[a-z][\w-]*)(?: [a-z][\w-]*){0,2}?) (?:is|are|must|may|can|should|shall)\b/u.exec(
      sentence.canon.slice(finding.span.end),
    )?.[1];
  if (after !== undefined) return [{ subject: sentence.written(after), field: fieldOf(sentence, after) }];
  if (constraint.kind === "range" && constraint.unit !== null && /^[a-z]/u.test(constraint.unit))
    return [{ subject: constraint.unit, field: fieldOf(sentence, constraint.unit) }];
  return [{ subject: "the value", field: "value" }];
}

const none = { valid: [], invalid: [] };

function toStatement(sentence: Sentence, finding: Finding, name: Name): Statement {
  const strength = limitStrength(strengthOf(sentence.canon, finding.span));
  return {
    ...name,
    field: finding.field ?? name.field,
    strength,
    constraint: finding.constraint,
    samples: finding.samples ?? none,
  };
}
