import type { Sentence } from "../text/sentence.ts";
import type { Finding } from "./finding.ts";
import type { Statement } from "./merge.ts";
import { limitStrength, strengthOf } from "./strength.ts";
import { fieldOf, identifier, type Subject, subjectBefore } from "./subject.ts";

interface Name {
  readonly subject: string;
  readonly field: string;
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
    for (const name of used) statements.push(toStatement(sentence, finding, name));
    from = finding.span.end;
  }
  return statements;
}

function namesOf(sentence: Sentence, finding: Finding, from: number): Name[] {
  if (finding.subject !== undefined)
    return [
      { subject: finding.subject, field: identifier(finding.subject.replaceAll(/[`"']/gu, "").split(" ")) },
    ];
  const subject = subjectBefore(sentence, finding.span, from);
  if (subject.canon === "") return [];
  if (subject.names.length > 0)
    return subject.names.map((name) => ({ subject: name, field: identifier([name]) }));
  return [{ subject: sentence.written(subject.canon), field: finding.field ?? named(sentence, subject) }];
}

function named(sentence: Sentence, subject: Subject): string {
  return fieldOf(sentence, subject.canon);
}

/** Nobody is named before the first constraint: what follows it, or its unit, has to do. */
function fallback(sentence: Sentence, finding: Finding): Name[] {
  const { constraint } = finding;
  if (finding.field !== undefined) return [{ subject: finding.field, field: finding.field }];
  const after =
    /^ (?:of )?(?:the |an? )?((?:@\d+|[a-z][\w-]*)(?: [a-z][\w-]*){0,2}?) (?:is|are|must|may|can|should|shall)\b/u.exec(
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
