import type { ClassificationCode } from "./codes/code-table.ts";
import { elementCode } from "./codes/uniformat-ii.ts";
import type { Certainty } from "./rules/rule.ts";
import type { Verdict } from "./rules/verdict.ts";

/** What a model said, or why it said nothing that counts. */
export type Opinion =
  | {
      readonly at: "given";
      readonly code: string;
      readonly confidence: number;
      readonly rationale: string;
      readonly generatedBy: "live" | "cassette";
      readonly promptRef: string;
    }
  | {
      readonly at: "none";
      readonly reason: string;
      readonly generatedBy: "sample" | null;
      readonly promptRef: string | null;
    };

/** How rules and model stand to each other. */
export type Agreement = "agrees" | "disagrees" | "rules-only" | "model-only";

/** A code for one element, with all that a person needs to say yes or no. */
export interface Suggestion {
  readonly code: ClassificationCode;
  /** From 0 to 1, with two digits; made by {@link suggest} alone. */
  readonly confidence: number;
  readonly agreement: Agreement;
  readonly reason: string;
  readonly ruleId: string | null;
  /** Other codes, the likeliest first. */
  readonly alternatives: readonly ClassificationCode[];
  /** The model's own words; null where it gave none that count. */
  readonly model: { readonly code: string; readonly confidence: number; readonly rationale: string } | null;
  /** Why the model's answer does not count; null where it does. */
  readonly modelNote: string | null;
  /** Of the user's own table. */
  readonly omniClass: ClassificationCode | null;
  readonly generatedBy: "live" | "cassette" | "sample" | null;
  readonly promptRef: string | null;
}

/** A suggestion, or why there is none. */
export type Suggested =
  | { readonly at: "suggested"; readonly suggestion: Suggestion }
  | {
      readonly at: "none";
      readonly reason: string;
      readonly candidates: readonly ClassificationCode[];
      readonly generatedBy: "live" | "cassette" | "sample" | null;
      readonly promptRef: string | null;
    };

/** How far a rule alone carries. */
const BASE: Readonly<Record<Certainty, number>> = { settled: 0.9, indicated: 0.75, assumed: 0.5 };
/** A second opinion adds a little, its contradiction takes more away, and so does another rule's. */
const AGREED = 0.06;
const DISAGREED = 0.3;
const CONTRADICTED = 0.15;
/** A model alone is never sure: what it says among the rules' candidates counts more than what it says freely. */
const MODEL_AMONG_CANDIDATES = 0.5;
const MODEL_FREELY = 0.4;

/**
 * Puts the rules' verdict and the model's opinion together. The rules decide wherever they can; the model can back them or
 * cast doubt, and choose only where they leave a choice, inside of the closed list.
 */
export function suggest(verdict: Verdict, given: Opinion): Suggested {
  const opinion = inTheList(given);
  const origin = { generatedBy: opinion.generatedBy, promptRef: opinion.promptRef };
  switch (verdict.at) {
    case "no-element":
      return { at: "none", reason: verdict.because, candidates: [], ...origin };
    case "undecided":
      return byModel(verdict, opinion);
    case "decided":
      return { at: "suggested", suggestion: byRules(verdict, opinion) };
    default:
      return verdict satisfies never;
  }
}

/** The suggestion with the number that the user's own OmniClass table gives for its code. */
export function withOmniClass(
  suggested: Suggested,
  numberOf: (code: string) => ClassificationCode | null,
): Suggested {
  if (suggested.at === "none") return suggested;
  const { suggestion } = suggested;
  return { at: "suggested", suggestion: { ...suggestion, omniClass: numberOf(suggestion.code.code) } };
}

/** Whether a suggestion needs no person: rules and model agree, and the confidence is above what was set. */
export function isSelfEvident(suggestion: Suggestion, above: number | null): boolean {
  return above !== null && suggestion.agreement === "agrees" && suggestion.confidence > above;
}

function byRules(verdict: Extract<Verdict, { at: "decided" }>, opinion: Opinion): Suggestion {
  const code = elementCode(verdict.code);
  if (code === undefined)
    throw new RangeError(`The rule ${verdict.ruleId} gives ${verdict.code}, which is no code.`);
  const { contradiction } = verdict;
  const alone = BASE[verdict.certainty] - (contradiction === null ? 0 : CONTRADICTED);
  const against =
    contradiction === null ? "" : `; against it: ${contradiction.because} (${contradiction.code})`;
  const others =
    opinion.at === "given" && opinion.code !== code.code
      ? [opinion.code, ...verdict.alternatives]
      : verdict.alternatives;
  const agreement =
    opinion.at === "none" ? "rules-only" : opinion.code === code.code ? "agrees" : "disagrees";
  const change = { agrees: AGREED, disagrees: -DISAGREED, "rules-only": 0 }[agreement];
  return {
    code,
    confidence: rounded(alone + change),
    agreement,
    reason: verdict.because + against,
    ruleId: verdict.ruleId,
    alternatives: codesOf(others),
    ...wordsOf(opinion),
  };
}

function byModel(verdict: Extract<Verdict, { at: "undecided" }>, opinion: Opinion): Suggested {
  const { because, candidates } = verdict;
  const origin = { generatedBy: opinion.generatedBy, promptRef: opinion.promptRef };
  const none = (reason: string): Suggested => ({
    at: "none",
    reason,
    candidates: codesOf(candidates),
    ...origin,
  });
  if (opinion.at === "none") return none(`${because}; ${opinion.reason}`);
  const code = elementCode(opinion.code);
  if (code === undefined || (candidates.length > 0 && !candidates.includes(opinion.code)))
    return none(`${because}; the model says ${opinion.code}, which the rules exclude`);
  const most = candidates.length > 0 ? MODEL_AMONG_CANDIDATES : MODEL_FREELY;
  return {
    at: "suggested",
    suggestion: {
      code,
      confidence: rounded(Math.min(most, opinion.confidence)),
      agreement: "model-only",
      reason: `${because}; the model chose`,
      ruleId: null,
      alternatives: codesOf(candidates.filter((each) => each !== code.code)),
      ...wordsOf(opinion),
    },
  };
}

/** A code outside of the closed list is no opinion. */
function inTheList(opinion: Opinion): Opinion {
  if (opinion.at === "none" || elementCode(opinion.code) !== undefined) return opinion;
  const reason = `the model's "${opinion.code.slice(0, 20)}" is no code of the list`;
  return { at: "none", reason, generatedBy: null, promptRef: opinion.promptRef };
}

function wordsOf(
  opinion: Opinion,
): Pick<Suggestion, "model" | "modelNote" | "omniClass" | "generatedBy" | "promptRef"> {
  const { generatedBy, promptRef } = opinion;
  const model =
    opinion.at === "none"
      ? null
      : { code: opinion.code, confidence: opinion.confidence, rationale: opinion.rationale };
  return {
    model,
    modelNote: opinion.at === "none" ? opinion.reason : null,
    omniClass: null,
    generatedBy,
    promptRef,
  };
}

function codesOf(codes: readonly string[]): readonly ClassificationCode[] {
  return [...new Set(codes)].map(elementCode).filter((code) => code !== undefined);
}

function rounded(value: number): number {
  return Math.round(Math.min(0.99, Math.max(0.05, value)) * 100) / 100;
}
