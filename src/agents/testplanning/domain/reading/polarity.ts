import type { Span } from "../text/sentence.ts";

const not =
  /\b(?:not|never|cannot|can't|mustn't|shouldn't|neither|nor|without|no|nobody|none of|nothing(?! but)|isn't|aren't|don't|doesn't)\b/gu;
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
/** "Users under 13 cannot register." */
const barred =
  /^[ )]*(?:(?!and\b|but\b|or\b)[a-z]+ ){0,3}?(?:cannot|can't|must not|may not|shall not)\b(?! (?:be )?(?:rejected|refused|denied))/u;
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
  const governed = underLastDuty(clause);
  const own = count(governed, not) + count(governed, refusing) + (deniesSubject(clause, governed) ? 1 : 0);
  const inherited = joined.test(window) ? (previous?.before ?? beforeModal(canon, from)) : null;
  const before = inherited ?? own;
  const after = canon.slice(span.end).split(/[.;]/u)[0] ?? "";
  return { before, after: refusesAfter(after) ? 1 : 0 };
}

const duties = /\b(?:must|shall|should|may|can|cannot|could|has to|have to|needs? to|will)\b/gu;

/** In "must not be empty and must contain an @" the first "not" is no concern of the second rule. */
function underLastDuty(clause: string): string {
  const last = [...clause.matchAll(duties)].at(-1);
  return last === undefined ? clause : clause.slice(last.index);
}

/** "No user may have more than 5 sessions" */
function deniesSubject(clause: string, governed: string): boolean {
  if (governed === clause) return false;
  const before = clause.slice(0, clause.length - governed.length);
  return /^(?:no|nobody|nothing|neither|none of)\b/u.test(
    (before.split(/,| and | but /u).at(-1) ?? "").trim(),
  );
}

/** "must not contain spaces or exceed 20": the second goes on with the "must not" of the first. */
function beforeModal(canon: string, start: number): number {
  const clause = clauseBefore(canon, start, 0);
  const governed = underLastDuty(clause);
  return governed === clause ? 0 : count(governed, not);
}

/** Whether "or" between two rules means that one of them is enough; after "must not", or before "are rejected", it does not. */
export function areAlternatives(canon: string, first: Span, second: Span): boolean {
  if (!/\bor\b/u.test(canon.slice(first.end, second.start))) return false;
  const after = canon.slice(second.end).split(/[.;]/u)[0] ?? "";
  return (
    beforeModal(canon, first.start) === 0 &&
    !refusesAfter(after) &&
    count(canon.slice(first.start, first.end), not) === 0
  );
}

/** Two turns cancel out. */
export function isTurned(turns: Turns): boolean {
  return (turns.before + turns.after) % 2 === 1;
}

export function isNegated(canon: string, span: Span, from: number): boolean {
  return isTurned(turnsAround(canon, span, from));
}

/** "Without limits of its own, …" says where a rule applies and turns nothing round. */
export const introduction =
  /^ ?(?:and |but )?(?:without|in|for|on|with|by|unless|except|apart from|other than|regardless of|if|when|where|whenever|as|since|because|after|before|while|to|from) [^,]*, (?=.*[a-z])/u;

const aside = / , (?:if|when|where|unless) [^,]*,/gu;

/** The part of the sentence that governs what follows it. */
export function clauseBefore(canon: string, start: number, from: number): string {
  const last = canon
    .slice(from, start)
    .split(/[.;:]|\bbut\b/u)
    .at(-1);
  const window = (last ?? "").replaceAll(aside, " ").replace(introduction, " ");
  const comma = window.lastIndexOf(",");
  const tail = window.slice(comma + 1);
  return comma >= 0 && modal.test(tail) ? tail : window;
}

/** ", weekends excluded" says something of the weekends only. */
const leftOutAfter = /^ , (?!(?:both |all )?(?:ends?|bounds?|limits?)\b)(?:[a-z-]+ ){1,3}excluded\b/u;

/** "… are rejected", unless it speaks of the others. */
function refusesAfter(after: string): boolean {
  if (barred.test(after)) return true;
  const match = outcome.exec(after.replace(leftOutAfter, ""));
  if (match === null || others.test(after.slice(0, match.index))) return false;
  if (match[1] !== undefined) return true;
  return match[3] !== undefined || (match[2] !== undefined && !/^(?:not|never) /u.test(match[0]));
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
