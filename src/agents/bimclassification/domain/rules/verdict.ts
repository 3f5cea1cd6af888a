import type { Element } from "../element.ts";
import { Facts } from "./facts.ts";
import { interiorFallbacks, interiorRules } from "./interiors.ts";
import { openingFallbacks, openingRules } from "./openings.ts";
import type { Certainty, Fallback, Rule } from "./rule.ts";
import { serviceFallbacks, serviceRules } from "./services.ts";
import { siteFallbacks, siteRules } from "./sitework.ts";
import { structureFallbacks, structureRules } from "./structure.ts";
import { wallFallbacks, wallRules } from "./walls.ts";

/** What the rules say about an element. */
export type Verdict =
  | {
      readonly at: "decided";
      readonly ruleId: string;
      readonly code: string;
      readonly certainty: Certainty;
      readonly because: string;
      /** Other codes, the likeliest first. */
      readonly alternatives: readonly string[];
      /** A rule that is as sure, or nearly, of something else. */
      readonly contradiction: {
        readonly ruleId: string;
        readonly code: string;
        readonly because: string;
      } | null;
    }
  | { readonly at: "undecided"; readonly because: string; readonly candidates: readonly string[] }
  /** It is none of the things that UNIFORMAT II classifies. */
  | { readonly at: "no-element"; readonly because: string };

export const rules: readonly Rule[] = [
  ...structureRules,
  ...wallRules,
  ...openingRules,
  ...interiorRules,
  ...serviceRules,
  ...siteRules,
];

export const fallbacks: readonly Fallback[] = [
  ...structureFallbacks,
  ...wallFallbacks,
  ...openingFallbacks,
  ...interiorFallbacks,
  ...serviceFallbacks,
  ...siteFallbacks,
];

const RANK: Readonly<Record<Certainty, number>> = { settled: 3, indicated: 2, assumed: 1 };

/** The surest rule that fits; of equally sure ones the first. */
export function classify(element: Element): Verdict {
  const facts = new Facts(element);
  if (facts.ifcClass === "IfcSpace")
    return {
      at: "no-element",
      because: "a space is no element: UNIFORMAT II classifies what a building is made of",
    };
  const fitting = rules
    .filter((each) => each.classes.includes(facts.ifcClass) && each.when(facts))
    .toSorted((a, b) => RANK[b.certainty] - RANK[a.certainty]);
  const [best, ...others] = fitting;
  if (best === undefined) return undecided(facts.ifcClass);
  const against = others.find((each) => each.code !== best.code && each.certainty !== "assumed");
  const codes = [...others.map((each) => each.code), ...best.alternatives];
  return {
    at: "decided",
    ruleId: best.id,
    code: best.code,
    certainty: best.certainty,
    because: best.because,
    alternatives: [...new Set(codes)].filter((code) => code !== best.code),
    contradiction:
      against === undefined ? null : { ruleId: against.id, code: against.code, because: against.because },
  };
}

function undecided(ifcClass: string): Verdict {
  const found = fallbacks.find((each) => each.classes.includes(ifcClass));
  if (found === undefined)
    return { at: "undecided", because: `no rule is about ${ifcClass}`, candidates: [] };
  return { at: "undecided", because: found.because, candidates: found.candidates };
}
