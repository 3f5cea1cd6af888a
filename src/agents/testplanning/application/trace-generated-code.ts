import type { HandlerContext } from "agents-apphost/kit";
import type { CodeGeneratedPayload } from "../../implementation/events.ts";
import { trace } from "../domain/traceability.ts";
import type { Coverages, Specs } from "./ports.ts";

/** Compares the tests that came with generated code with the cases of their spec. */
export class TraceGeneratedCode {
  readonly #specs: Specs;
  readonly #coverages: Coverages;

  constructor(specs: Specs, coverages: Coverages) {
    this.#specs = specs;
    this.#coverages = coverages;
  }

  /** Nothing is published for code that was skipped, nor for a spec that was not made here. */
  async handle(code: CodeGeneratedPayload, ctx: HandlerContext): Promise<void> {
    const { specId, artefactId, status, tests } = code;
    if (status === "skipped")
      return ctx.log.info("no coverage of a skipped artefact", { specId, artefactId });
    const found = await this.#specs.find(specId);
    if (found === null)
      return ctx.log.info("no coverage: the specification is not one of this agent's", {
        specId,
        artefactId,
      });
    const { requirementId, cases } = found.spec;
    const wanted = [{ requirementId, cases: cases.map(({ id }) => id) }];
    const { requirements, total, gaps } = trace(wanted, new Set(tests.map(({ caseId }) => caseId)));
    await this.#coverages.publish(ctx, {
      coverageId: ctx.workId,
      kind: "traceability",
      format: null,
      specId,
      artefactId,
      totals: { lines: null, statements: null, functions: null, branches: null, cases: total },
      files: [],
      requirements: [...requirements],
      gaps: [...gaps],
    });
  }
}
