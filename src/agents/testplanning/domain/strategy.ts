import type { Analysis } from "./analysis.ts";
import type { Strength } from "./constraint.ts";
import type { Technique } from "./design/draft.ts";
import { techniquesOf } from "./design/design.ts";

export type Priority = "high" | "medium" | "low";

interface StrategyItem {
  readonly requirementId: string;
  readonly requirement: string;
  readonly testable: boolean;
  readonly reason: string | null;
  readonly strength: Strength | null;
  readonly techniques: readonly Technique[];
  readonly cases: number;
  readonly priority: Priority | null;
}

export interface Strategy {
  readonly items: readonly StrategyItem[];
  readonly totals: { readonly requirements: number; readonly testable: number; readonly cases: number };
}

const ranks: Readonly<Record<Strength, Priority>> = { must: "high", should: "medium", may: "low" };
const order: readonly (Priority | null)[] = ["high", "medium", "low", null];

/** What to test, how, and in which order: obligations first, among them those with the most cases. */
export function plan(analyses: readonly Analysis[]): Strategy {
  const items = analyses.map(toItem);
  const sorted = items.toSorted(
    (a, b) => order.indexOf(a.priority) - order.indexOf(b.priority) || b.cases - a.cases,
  );
  const testable = items.filter((item) => item.testable).length;
  const cases = items.reduce((sum, item) => sum + item.cases, 0);
  return { items: sorted, totals: { requirements: items.length, testable, cases } };
}

function toItem(analysis: Analysis): StrategyItem {
  const { requirementId, requirement, testable, reason, rules, cases } = analysis;
  const strengths = new Set(rules.map(({ strength }) => strength));
  const strength = (["must", "should", "may"] as const).find((each) => strengths.has(each)) ?? null;
  const priority = strength === null ? null : ranks[strength];
  return {
    requirementId,
    requirement,
    testable,
    reason,
    strength,
    techniques: techniquesOf(cases),
    cases: cases.length,
    priority,
  };
}
