import { notFound, Problem } from "agents-apphost/kit";
import type { HandlerContext } from "agents-apphost/kit";
import { SpecNotTestable } from "../domain/approval.ts";
import type { Approvals, Specs, StoredSpec } from "./ports.ts";

/** Somebody stands up for a specification. */
export interface ApproveSpec {
  readonly specId: string;
  readonly by: string;
  readonly note: string | null;
}

/** Takes the approvals of people. Nothing waits for one: they are shown wherever the specification is. */
export class ApproveSpecHandler {
  readonly #specs: Specs;
  readonly #approvals: Approvals;

  constructor(specs: Specs, approvals: Approvals) {
    this.#specs = specs;
    this.#approvals = approvals;
  }

  /**
   * The specification afterwards. A second approval by the same person changes nothing.
   *
   * @throws Problem 404 for a specification that is not there, 409 for one that cannot be tested.
   */
  async handle({ specId, by, note }: ApproveSpec, ctx: HandlerContext): Promise<StoredSpec> {
    // Before its version is looked at: what is not there has none to differ from (RFC 9110 §13.2.1).
    const { testable, reason } = (await this.#existing(specId)).spec;
    try {
      await this.#approvals.approve(ctx, specId, { by, note, testable, reason });
    } catch (error) {
      if (!(error instanceof SpecNotTestable)) throw error;
      throw new Problem(409, `The test specification ${specId} cannot be approved: ${error.message}`, {
        kind: "spec-not-testable",
        title: "The specification cannot be tested",
        hint: "Say in the requirement what can be measured, and approve the specification that is made of it.",
        cause: error,
      });
    }
    return await this.#existing(specId);
  }

  async #existing(specId: string): Promise<StoredSpec> {
    const found = await this.#specs.find(specId);
    if (found === null) throw notFound(`There is no test specification ${specId}.`);
    return found;
  }
}
