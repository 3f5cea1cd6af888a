import type { HandlerContext } from "agents-apphost/kit";
import { conflict, notFound } from "agents-apphost/kit";
import { TransitionRefused } from "../domain/decide.ts";
import type { ClassificationCommand } from "../domain/decide.ts";
import { knownCode } from "./known-code.ts";
import type { WrittenCode } from "./known-code.ts";
import type { ClassificationHistory, Classifications, Codes } from "./ports.ts";
import { conflictWords } from "./refusal.ts";

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
    about: About & WrittenCode & { readonly reason: string | null },
    ctx: HandlerContext,
  ): Promise<ClassificationHistory> {
    const { elementId, reason, by } = about;
    const code = knownCode(this.#codes, about);
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
      const { detail, hint } = conflictWords(elementId, command.type, error);
      throw conflict(detail, hint);
    }
    return await this.#classifications.load(elementId);
  }
}
