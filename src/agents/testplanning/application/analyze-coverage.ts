import type { HandlerContext } from "agents-apphost/kit";
import { implementedBy } from "../domain/coverage/requirements.ts";
import type { ImplementedRequirement } from "../domain/coverage/requirements.ts";
import { readIstanbul } from "../domain/coverage/istanbul.ts";
import { readLcov } from "../domain/coverage/lcov.ts";
import type { CoverageReport } from "../domain/coverage/totals.ts";
import type { CoverageAnalyzedPayload } from "../events.ts";
import type { Coverages } from "./ports.ts";

/** A coverage report, and optionally which files implement which requirement. */
export interface AnalyzeCoverage {
  readonly format: "lcov" | "istanbul";
  readonly report: string;
  readonly requirements?: readonly ImplementedRequirement[] | undefined;
}

/** Computes the totals of a report anew from its details, and the coverage of requirements by their files. */
export class AnalyzeCoverageHandler {
  readonly #coverages: Coverages;

  constructor(coverages: Coverages) {
    this.#coverages = coverages;
  }

  /** @throws ReportUnreadable */
  async handle(
    { format, report, requirements = [] }: AnalyzeCoverage,
    ctx: HandlerContext,
  ): Promise<CoverageAnalyzedPayload> {
    const read: CoverageReport = format === "lcov" ? readLcov(report) : readIstanbul(report);
    const traced = implementedBy(requirements, read.files);
    const payload: CoverageAnalyzedPayload = {
      coverageId: ctx.workId,
      kind: "code",
      format,
      specId: null,
      artefactId: null,
      totals: { ...read.totals, cases: null },
      files: read.files.map((file) => ({ ...file, uncoveredLines: [...file.uncoveredLines] })),
      requirements: traced.requirements.map((requirement) => ({ ...requirement, cases: [] })),
      gaps: [...read.contradictions, ...traced.gaps],
    };
    await this.#coverages.publish(ctx, payload);
    return payload;
  }
}
