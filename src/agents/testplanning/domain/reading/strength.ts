import type { Strength } from "../constraint.ts";
import type { Span } from "../text/sentence.ts";

const keyword =
  /\b(must|shall|required|mandatory|has to|have to|needs? to|cannot|may not|may only|can only|can't|should|recommended|ought to|may|optional|can|could)\b/gu;

/** "may upload at most 5 files" permits, and with it forbids the sixth: the limit itself binds. */
export function limitStrength(strength: Strength): Strength {
  return strength === "may" ? "must" : strength;
}

/** The keyword of RFC 2119 that governs a constraint; a plain statement counts as `must`. */
export function strengthOf(canon: string, span: Span): Strength {
  const start = Math.max(canon.lastIndexOf(".", span.start - 1), canon.lastIndexOf(";", span.start - 1)) + 1;
  const stop = canon.slice(span.end).search(/[.;]/u);
  const before = canon.slice(start, span.end);
  const after = canon.slice(span.end, stop < 0 ? undefined : span.end + stop);
  const near = [...before.matchAll(keyword)].at(-1)?.[1];
  const word = near ?? [...after.matchAll(keyword)][0]?.[1];
  if (near === undefined && word !== undefined && /^(?:may|can|could)$/u.test(word)) return "must";
  if (word === "should" || word === "recommended" || word === "ought to") return "should";
  return word === "may" || word === "optional" || word === "can" || word === "could" ? "may" : "must";
}

const limiting =
  /\b(?:may|can|could)(?: also| then| optionally| choose to)? (?:be|contain|have|include|consist|take|last|hold|range|span|make|retry|send|attempt|request|enter|upload|appear|occur|only|carry|store|submit|select|choose|add|create|use|order|buy|purchase|book|borrow|reserve|invite|attach|post|place|open|register|transfer|withdraw|spend|pay|download|equal|start|end|begin)\b/u;

/** "MAY limit the length to 64 characters" permits a limit and sets none; "MAY be up to 64 characters" sets one. */
export function isPermission(canon: string, span: Span): boolean {
  const start = Math.max(canon.lastIndexOf(".", span.start - 1), canon.lastIndexOf(";", span.start - 1)) + 1;
  const clause = canon.slice(start, span.end);
  return !limiting.test(clause) && !/\b(?:no|not|never|neither|none)\b/u.test(clause);
}
