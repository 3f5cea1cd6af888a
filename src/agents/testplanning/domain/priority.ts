import type { Strength } from "./constraint.ts";
import type { Technique } from "./design/draft.ts";

/** A test, with what is known of it. */
export interface RankedInput {
  readonly id: string;
  readonly requirementIds: readonly string[];
  readonly files: readonly string[];
  readonly strength: Strength | null;
  readonly technique: Technique | null;
  readonly durationMs: number | null;
  readonly runs: number;
  readonly failures: number;
  readonly lastFailed: boolean;
}

/** What has changed since the tests were run. */
export interface Changed {
  readonly files: readonly string[];
  readonly requirementIds: readonly string[];
}

export interface Ranked {
  readonly rank: number;
  readonly id: string;
  /** Why it stands where it stands, in the order of the rule. */
  readonly reasons: readonly string[];
  /** Together with all before it; a test without a known duration counts as none. */
  readonly cumulativeMs: number;
  readonly withinBudget: boolean;
}

const strengths: readonly (Strength | null)[] = ["must", "should", "may", null];
/** What finds most comes first. */
const techniques: readonly (Technique | null)[] = [
  "boundary-value-analysis",
  "mc-dc",
  "decision-table",
  "equivalence-partitioning",
  "error-guessing",
  null,
];

/**
 * The order in which to run tests. One rule after the other, the next only where the ones before say nothing:
 * what failed last · what touches something that has changed · must before should before may · what covers the most
 * requirements and files that nothing above it covers · the higher rate of failures · boundary values before other
 * techniques · the shorter one · the id.
 */
export function prioritise(
  tests: readonly RankedInput[],
  changed: Changed,
  budgetMs: number | null,
): Ranked[] {
  const touched = new Set([...changed.files, ...changed.requirementIds]);
  const touches = (test: RankedInput) => targetsOf(test).filter((each) => touched.has(each));
  const groups = Map.groupBy(tests, (test) =>
    [test.lastFailed ? 0 : 1, touches(test).length > 0 ? 0 : 1, strengths.indexOf(test.strength)].join(),
  );
  const covered = new Set<string>();
  const ordered = [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => byCoverage(group, covered));
  let cumulativeMs = 0;
  return ordered.map(({ test, fresh }, index) => {
    cumulativeMs += test.durationMs ?? 0;
    return {
      rank: index + 1,
      id: test.id,
      reasons: reasonsOf(test, touches(test), fresh),
      cumulativeMs,
      withinBudget: budgetMs === null || cumulativeMs <= budgetMs,
    };
  });
}

function targetsOf({ requirementIds, files }: RankedInput): string[] {
  return [...new Set([...requirementIds, ...files])];
}

interface Chosen {
  readonly test: RankedInput;
  readonly fresh: number;
}

/** Again and again the test that covers the most of what is not yet covered. */
function byCoverage(group: readonly RankedInput[], covered: Set<string>): Chosen[] {
  const left = group.toSorted(compare);
  const fresh = new Map(
    left.map((test) => [test, targetsOf(test).filter((each) => !covered.has(each)).length]),
  );
  const byTarget = Map.groupBy(
    left.flatMap((test) => targetsOf(test).map((target) => ({ test, target }))),
    ({ target }) => target,
  );
  const chosen: Chosen[] = [];
  while (left.length > 0) {
    let [best, most] = [0, 0];
    for (const [index, test] of left.entries()) {
      const own = fresh.get(test) ?? 0;
      if (own > most) [best, most] = [index, own];
    }
    // Nothing new is left in this group: the rest stands as it is sorted.
    if (most === 0) return [...chosen, ...left.map((test) => ({ test, fresh: 0 }))];
    for (const test of left.splice(best, 1)) {
      chosen.push({ test, fresh: most });
      for (const target of targetsOf(test)) {
        if (covered.has(target)) continue;
        covered.add(target);
        for (const { test: other } of byTarget.get(target) ?? [])
          fresh.set(other, (fresh.get(other) ?? 0) - 1);
      }
    }
  }
  return chosen;
}

function compare(a: RankedInput, b: RankedInput): number {
  return (
    rateOf(b) - rateOf(a) ||
    techniques.indexOf(a.technique) - techniques.indexOf(b.technique) ||
    (a.durationMs ?? Number.MAX_SAFE_INTEGER) - (b.durationMs ?? Number.MAX_SAFE_INTEGER) ||
    (a.id < b.id ? -1 : 1)
  );
}

function rateOf({ runs, failures }: RankedInput): number {
  return runs === 0 ? 0 : failures / runs;
}

function reasonsOf(test: RankedInput, touches: readonly string[], fresh: number): string[] {
  const { lastFailed, strength, runs, failures, technique } = test;
  return [
    ...(lastFailed ? ["failed last"] : []),
    ...(touches.length > 0 ? [`touches ${touches.join(", ")}`] : []),
    ...(strength === null ? [] : [strength]),
    ...(fresh > 0 ? [`covers ${fresh} that nothing above it covers`] : []),
    ...(failures > 0 ? [`failed in ${failures} of ${runs} runs`] : []),
    ...(technique === null ? [] : [technique]),
  ];
}
