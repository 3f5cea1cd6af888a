import type { HandlerContext } from "agents-apphost/kit";
import { implementedBy } from "../domain/coverage/requirements.ts";
import type { ImplementedRequirement } from "../domain/coverage/requirements.ts";
import { readCobertura } from "../domain/coverage/cobertura.ts";
import { readIstanbul } from "../domain/coverage/istanbul.ts";
import { readLcov } from "../domain/coverage/lcov.ts";
import type { CoverageReport } from "../domain/coverage/totals.ts";
import type { CoverageAnalyzedPayload } from "../events.ts";
import type { Coverages, ReadXml } from "./ports.ts";

/** A coverage report, and optionally which files implement which requirement. */
export interface AnalyzeCoverage {
  readonly format: "lcov" | "istanbul" | "cobertura";
  readonly report: string;
  readonly requirements?: readonly ImplementedRequirement[] | undefined;
}

/** Computes the totals of a report anew from its details, and the coverage of requirements by their files. */
export class AnalyzeCoverageHandler {
  readonly #coverages: Coverages;
  readonly #readXml: ReadXml;

  constructor(coverages: Coverages, readXml: ReadXml) {
    this.#coverages = coverages;
    this.#readXml = readXml;
  }

  /** @throws ReportUnreadable */
  async handle(
    { format, report, requirements = [] }: AnalyzeCoverage,
    ctx: HandlerContext,
  ): Promise<CoverageAnalyzedPayload> {
    const read = await this.#read(format, report);
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

  async #read(format: AnalyzeCoverage["format"], report: string): Promise<CoverageReport> {
    switch (format) {
      case "lcov":
        return readLcov(report);
      case "istanbul":
        return readIstanbul(report);
      case "cobertura":
        return readCobertura(await this.#readXml(report));
      default:
        return format satisfies never;
    }
  }
}
