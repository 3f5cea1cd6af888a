import type { HandlerContext } from "agents-apphost/kit";
import { conflict, invalid, notFound } from "agents-apphost/kit";
import { TransitionRefused } from "../domain/decide.ts";
import type { ClassificationCommand } from "../domain/decide.ts";
import type { ClassificationHistory, Classifications, Codes } from "./ports.ts";

/** Somebody's decision about one element. */
interface About {
  readonly elementId: string;
  readonly by: string;
}

/** The commands of people: approve, reject, override, apply. */
export class DecideClassification {
  readonly #classifications: Classifications;
  readonly #codes: Codes;

  constructor(classifications: Classifications, codes: Codes) {
    this.#classifications = classifications;
    this.#codes = codes;
  }

  approve(
    { elementId, suggestionId, by }: About & { readonly suggestionId: string | null },
    ctx: HandlerContext,
  ): Promise<ClassificationHistory> {
    return this.#decide(ctx, elementId, { type: "approve", suggestionId, by: { kind: "person", name: by } });
  }

  reject(
    {
      elementId,
      suggestionId,
      reason,
      by,
    }: About & { readonly suggestionId: string | null; readonly reason: string },
    ctx: HandlerContext,
  ): Promise<ClassificationHistory> {
    return this.#decide(ctx, elementId, { type: "reject", suggestionId, reason, by });
  }

  apply({ elementId, by }: About, ctx: HandlerContext): Promise<ClassificationHistory> {
    return this.#decide(ctx, elementId, { type: "apply", by });
  }

  /** @throws Problem 422 for a code that no table has. */
  async override(
    about: About & { readonly system: string; readonly code: string; readonly reason: string | null },
    ctx: HandlerContext,
  ): Promise<ClassificationHistory> {
    const { elementId, system, reason, by } = about;
    const code = this.#codes.find(system, about.code);
    if (code === undefined) {
      const known = this.#codes.systems.includes(system);
      const message = known
        ? `"${about.code}" is no code of ${system} for an element`
        : `there is no table of "${system}" here; there is ${this.#codes.systems.join(", ")}`;
      throw invalid(message, [{ path: known ? "code" : "system", message }]);
    }
    return await this.#decide(ctx, elementId, { type: "override", code, reason, by });
  }

  /** @throws Problem 404 for an unknown element, 409 when the command does not fit its state. */
  async #decide(
    ctx: HandlerContext,
    elementId: string,
    command: ClassificationCommand,
  ): Promise<ClassificationHistory> {
    // Before its version is looked at: what is not there has none to differ from (RFC 9110 §13.2.1).
    if ((await this.#classifications.load(elementId)).version === 0)
      throw notFound(`There is no element ${elementId}.`);
    try {
      await this.#classifications.record(ctx, [{ elementId, commands: [command] }]);
    } catch (error) {
      if (!(error instanceof TransitionRefused)) throw error;
      throw conflict(
        `The element ${elementId} cannot be ${DONE[command.type]}: ${error.message}.`,
        HINTS[error.at],
      );
    }
    return await this.#classifications.load(elementId);
  }
}

const DONE: Readonly<Record<ClassificationCommand["type"], string>> = {
  import: "imported",
  suggest: "classified",
  approve: "approved",
  reject: "rejected",
  override: "overridden",
  apply: "applied",
};

const HINTS: Readonly<Record<TransitionRefused["at"], string>> = {
  none: "Import it first.",
  unclassified: "Ask for a suggestion, or override the code.",
  suggested: "Read the element: its present suggestion is to be approved or rejected.",
  rejected: "Ask for another suggestion, or override the code.",
  approved: "Read the element again.",
  applied: "Read the element again.",
};
