import type { Page } from "agents-apphost/kit";
import type { CoverageAnalyzedPayload } from "../events.ts";
import type { Coverages, PageFilter, Specs, StoredSpec } from "./ports.ts";

/** One requirement with its cases, and how far generated tests run them. */
export interface TracedRequirement {
  readonly requirementId: string;
  readonly requirement: string;
  readonly specId: string;
  /** Whether somebody stands up for the specification. */
  readonly approved: boolean;
  readonly status: "covered" | "partly-covered" | "untested" | "not-testable";
  readonly cases: readonly { readonly caseId: string; readonly ruleId: string; readonly covered: boolean }[];
  readonly covered: number;
  readonly artefactId: string | null;
  readonly gaps: readonly string[];
}

/** Which requirement is tested by what. Of a requirement that was analysed several times the newest specification counts. */
export class Traceability {
  readonly #specs: Specs;
  readonly #coverages: Coverages;

  constructor(specs: Specs, coverages: Coverages) {
    this.#specs = specs;
    this.#coverages = coverages;
  }

  async matrix(filter: PageFilter): Promise<Page<TracedRequirement>> {
    const { items, next } = await this.#specs.page(filter);
    const newest = await this.#specs.newestOf(items.map(({ spec }) => spec.requirementId));
    const present = items.filter(({ spec }) => newest.get(spec.requirementId) === spec.specId);
    const coverages = await this.#coverages.latestOf(present.map(({ spec }) => spec.specId));
    return { items: present.map((each) => traced(each, coverages.get(each.spec.specId))), next };
  }
}

function traced(
  { spec, approvals }: StoredSpec,
  coverage: CoverageAnalyzedPayload | undefined,
): TracedRequirement {
  const { requirementId, requirement, specId, testable, reason, operation } = spec;
  const tested = new Set(
    coverage?.requirements.flatMap((each) =>
      each.cases.filter(({ covered }) => covered).map(({ caseId }) => caseId),
    ),
  );
  const cases = spec.cases.map(({ id, ruleId }) => ({ caseId: id, ruleId, covered: tested.has(id) }));
  const covered = cases.filter((each) => each.covered).length;
  const status = !testable
    ? "not-testable"
    : covered === cases.length
      ? "covered"
      : covered === 0
        ? "untested"
        : "partly-covered";
  const gaps = [
    ...(testable ? [] : [`${requirementId}: ${reason ?? "it cannot be tested"}`]),
    ...(testable && coverage === undefined ? [`${requirementId}: no tests are known of it.`] : []),
    ...(coverage?.gaps ?? []),
    ...(operation?.gaps ?? []).map((gap) => `${requirementId}: ${gap}`),
  ];
  return {
    requirementId,
    requirement,
    specId,
    approved: approvals.length > 0,
    status,
    cases,
    covered,
    artefactId: coverage?.artefactId ?? null,
    gaps,
  };
}
