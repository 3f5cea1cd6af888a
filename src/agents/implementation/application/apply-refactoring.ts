import { notFound, Problem } from "agents-apphost/kit";
import type { HandlerContext } from "agents-apphost/kit";
import type { ApplyRequest, Refusal } from "../domain/refactor/proposal.ts";
import type { Refactorings, StoredRefactoring } from "./ports.ts";

const TITLES: Readonly<Record<Refusal["why"], string>> = {
  "approval-required": "Approval required",
  "already-applied": "Already applied",
  "content-changed": "The content has changed",
};
const HINTS: Readonly<Record<Refusal["why"], string>> = {
  "approval-required": "Say who approves it in approvedBy.",
  "already-applied": "Ask for a new proposal for this content.",
  "content-changed": "Ask for a new proposal for what is there now.",
};

/** Applies a proposal that a person has approved: once, and to the content it was made for. */
export class ApplyRefactoring {
  readonly #refactorings: Refactorings;

  constructor(refactorings: Refactorings) {
    this.#refactorings = refactorings;
  }

  /**
   * The proposal as it is then; one that was applied before to the same content stays as it was.
   *
   * @throws Problem 404 when there is none, 409 when it is not approved, or is for other content.
   */
  async run(ctx: HandlerContext, refactoringId: string, request: ApplyRequest): Promise<StoredRefactoring> {
    const result = await this.#refactorings.apply(ctx, refactoringId, request);
    if (result === null) throw notFound(`There is no refactoring ${refactoringId}.`);
    if (!("at" in result)) return result;
    const { why, message } = result;
    throw new Problem(409, `Refactoring ${refactoringId} is not applied: ${message}.`, {
      kind: why,
      title: TITLES[why],
      hint: HINTS[why],
    });
  }
}
