import { ratio, type Ratio } from "./coverage/totals.ts";

/** A requirement with the ids of its cases. */
interface Traced {
  readonly requirementId: string;
  readonly cases: readonly string[];
}

interface TracedRequirement {
  readonly requirementId: string;
  readonly covered: boolean;
  readonly cases: { readonly caseId: string; readonly covered: boolean }[];
}

interface Traceability {
  readonly requirements: readonly TracedRequirement[];
  readonly total: Ratio;
  readonly gaps: readonly string[];
}

/** Which cases the tests run. A requirement is covered when each of its cases is, and it has one. */
export function trace(requirements: readonly Traced[], tested: ReadonlySet<string>): Traceability {
  const traced = requirements.map(({ requirementId, cases }): TracedRequirement => {
    const marked = cases.map((caseId) => ({ caseId, covered: tested.has(caseId) }));
    return {
      requirementId,
      covered: marked.length > 0 && marked.every(({ covered }) => covered),
      cases: marked,
    };
  });
  const all = traced.flatMap(({ cases }) => cases);
  const known = new Set(all.map(({ caseId }) => caseId));
  const gaps = [
    ...traced.flatMap(({ requirementId, cases }) =>
      cases.length === 0
        ? [`Requirement ${requirementId} has no case.`]
        : cases
            .filter(({ covered }) => !covered)
            .map(({ caseId }) => `No test runs case ${caseId} of requirement ${requirementId}.`),
    ),
    ...[...tested]
      .filter((caseId) => !known.has(caseId))
      .map((caseId) => `A test names the case ${caseId}, which no requirement has.`),
  ];
  return {
    requirements: traced,
    total: ratio(all.filter(({ covered }) => covered).length, all.length),
    gaps,
  };
}
