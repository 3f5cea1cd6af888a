import type { Span } from "../text/sentence.ts";

const not =
  /\b(?:not|never|cannot|can't|mustn't|shouldn't|neither|nor|without|no|isn't|aren't|don't|doesn't)\b/gu;
const modal = /\b(?:must|shall|should|may|can|cannot|is|are|has to|have to|needs? to|will)\b/u;
const refusing =
  /\b(?:reject|refus|den(?:y|ies|ying)|disallow|forbid|prohibit|block|declin|exclud)(?:e|s|es|ed|ing)?\b/gu;
const accepted =
  "accepted|valid|allowed|permitted|eligible|approved|admitted|supported|granted|legal|acceptable";
const refused =
  "rejected|refused|denied|declined|forbidden|prohibited|invalid|disallowed|blocked|ineligible|unacceptable|illegal|unsupported|excluded|an error|errors?";
const outcome = new RegExp(
  `\\b(not |never |in)?(?:${accepted})\\b|\\b(?:not |never )?(${refused})\\b|\\b(?:cause|raise|trigger|produce|yield|lead to|result in)s? an? (error)`,
  "u",
);
const others = /\b(?:others?|otherwise|else|the rest|remaining)\b/u;
const joined = /^[ ,]*(?:or|nor|and\/or)(?: (?:be|is|are|have|has|of|contain))* *$/u;

/** How often the words before and after a constraint turn it round. */
export interface Turns {
  readonly before: number;
  readonly after: number;
}

/** "must not …", "no more than …", "reject …" turn what follows; "… are rejected" turns what came before. */
export function turnsAround(canon: string, span: Span, from: number, previous?: Turns): Turns {
  const window = canon.slice(from, span.start);
  const clause = clauseBefore(canon, span.start, from);
  const own = count(clause, not) + count(clause, refusing);
  const before = previous !== undefined && joined.test(window) ? previous.before : own;
  const after = canon.slice(span.end).split(/[.;]/u)[0] ?? "";
  return { before, after: refusesAfter(after) ? 1 : 0 };
}

/** Two turns cancel out. */
export function isTurned(turns: Turns): boolean {
  return (turns.before + turns.after) % 2 === 1;
}

export function isNegated(canon: string, span: Span, from: number): boolean {
  return isTurned(turnsAround(canon, span, from));
}

/** The part of the sentence that governs what follows it. */
export function clauseBefore(canon: string, start: number, from: number): string {
  const window =
    canon
      .slice(from, start)
      .split(/[.;:]|\bbut\b/u)
      .at(-1) ?? "";
  const comma = window.lastIndexOf(",");
  const tail = window.slice(comma + 1);
  return comma >= 0 && modal.test(tail) ? tail : window;
}

/** "… are rejected", unless it speaks of the others. */
function refusesAfter(after: string): boolean {
  const match = outcome.exec(after);
  if (match === null || others.test(after.slice(0, match.index))) return false;
  if (match[1] !== undefined) return true;
  return match[3] !== undefined || (match[2] !== undefined && !/^(?:not|never) /u.test(match[0]));
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
