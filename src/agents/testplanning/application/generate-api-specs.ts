import { nameBasedId } from "agents-apphost/kit";
import type { HandlerContext } from "agents-apphost/kit";
import { analyseApi, type OperationAnalysis } from "../domain/openapi/analyse-api.ts";
import { defaultWording } from "../domain/wording.ts";
import type { SpecGeneratedPayload } from "../events.ts";
import type { JudgeOf, ReadDocument, Specs } from "./ports.ts";

/** An OpenAPI document, as its text or as the object it is. */
export interface GenerateApiSpecs {
  readonly document: unknown;
  /** Ids of operations; empty for all. */
  readonly operations: readonly string[];
}

export interface ApiSpecs {
  readonly title: string;
  readonly version: string;
  readonly openapi: string;
  readonly specs: readonly SpecGeneratedPayload[];
  /** What is missing in the document, one sentence each. */
  readonly gaps: readonly string[];
  /** What of it is not tested. */
  readonly notes: readonly string[];
}

const NAMESPACE = "1d8f0a52-6c2f-4f0e-9b1d-2f0a7c5d9e31";

/** Turns an OpenAPI document into one specification for each operation. No model has a part in it. */
export class GenerateApiSpecsHandler {
  readonly #specs: Specs;
  readonly #read: ReadDocument;
  readonly #judgeOf: JudgeOf;

  constructor(specs: Specs, read: ReadDocument, judgeOf: JudgeOf) {
    this.#specs = specs;
    this.#read = read;
    this.#judgeOf = judgeOf;
  }

  /** @throws DocumentUnreadable */
  async handle({ document, operations }: GenerateApiSpecs, ctx: HandlerContext): Promise<ApiSpecs> {
    const value = typeof document === "string" ? await this.#read(document) : document;
    const judge = await this.#judgeOf(value);
    const { title, version, openapi, operations: analysed, notes } = analyseApi(value, judge, operations);
    const about = { api: title.slice(0, 200), version: version.slice(0, 100) };
    const specs = analysed.map((each) =>
      toSpec(each, nameBasedId(NAMESPACE, `${ctx.workId} ${each.requirementId}`), about),
    );
    await this.#specs.publish(ctx, specs);
    const gaps = analysed.flatMap((each) => each.gaps.map((gap) => `${each.title}: ${gap}`));
    return { title, version, openapi, specs, gaps, notes: [...notes] };
  }
}

function toSpec(
  analysis: OperationAnalysis,
  specId: string,
  about: { readonly api: string; readonly version: string },
): SpecGeneratedPayload {
  const { requirementId, requirement, testable, reason, title, method, path, statuses, apiCases } = analysis;
  return {
    specId,
    requirementId,
    requirement,
    testable,
    reason,
    title,
    rationale: testable
      ? defaultWording(analysis).rationale.replace("in the sentence", "of the document")
      : (reason ?? ""),
    assumptions: [...analysis.assumptions],
    rules: [...analysis.rules],
    classes: [...analysis.classes],
    boundaryValues: [...analysis.boundaryValues],
    cases: [...analysis.cases],
    wording: { by: "template", reason: "No model is asked for what comes from an OpenAPI document." },
    operation: {
      ...about,
      method,
      path,
      statuses: [...statuses],
      cases: apiCases.map((each) => ({ ...each })),
      gaps: [...analysis.gaps],
    },
    generatedBy: null,
    promptRef: null,
  };
}
