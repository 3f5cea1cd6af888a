import type { HandlerContext } from "agents-apphost/kit";
import { conflict, nameBasedId, notFound } from "agents-apphost/kit";
import type { KnownClassification } from "../domain/classification.ts";
import { TransitionRefused } from "../domain/decide.ts";
import type { ClassificationCommand } from "../domain/decide.ts";
import type { Element } from "../domain/element.ts";
import { instructionIn } from "../domain/instructions.ts";
import { classify } from "../domain/rules/verdict.ts";
import type { Verdict } from "../domain/rules/verdict.ts";
import { isSelfEvident, suggest, withOmniClass } from "../domain/suggestion.ts";
import type { Opinion, Suggested } from "../domain/suggestion.ts";
import type {
  Classifications,
  Classifier,
  Codes,
  ElementList,
  Outcome,
  PagePart,
  Run,
  Work,
} from "./ports.ts";

/** What a run came to for one element. */
export interface RunEntry {
  readonly elementId: string;
  readonly version: number;
  readonly state: KnownClassification;
  /** Why there is no suggestion, and what it could be; null where there is one. */
  readonly none: Extract<Suggested, { at: "none" }> | null;
}

/** A run of suggestions. */
export interface RunResult {
  readonly runId: string;
  readonly entries: readonly RunEntry[];
  /** Where to go on with elements that have none; null at their end, and for a run about elements that were named. */
  readonly next: string | null;
}

const EVERY = ["unclassified", "suggested", "rejected", "approved", "applied"] as const;

/** Calls of the model at one time. */
const AT_ONCE = 4;

/** Suggests codes: the rules decide, a model gives a second opinion. */
export class SuggestClassification {
  readonly #classifications: Classifications;
  readonly #elements: ElementList;
  readonly #classifier: Classifier;
  readonly #codes: Codes;
  readonly #autoApproveAbove: number | null;

  constructor(options: {
    readonly classifications: Classifications;
    readonly elements: ElementList;
    readonly classifier: Classifier;
    readonly codes: Codes;
    /** Null: nothing is approved without a person. */
    readonly autoApproveAbove: number | null;
  }) {
    this.#classifications = options.classifications;
    this.#elements = options.elements;
    this.#classifier = options.classifier;
    this.#codes = options.codes;
    this.#autoApproveAbove = options.autoApproveAbove;
  }

  /** For the given elements. @throws Problem 404 for an unknown one, 409 for one that is approved or applied. */
  async forElements(elementIds: readonly string[], ctx: HandlerContext): Promise<RunResult> {
    const elements: Element[] = [];
    for (const elementId of new Set(elementIds)) {
      const { state } = await this.#classifications.load(elementId);
      if (state.at === "none") throw notFound(`There is no element ${elementId}.`);
      if (state.at === "approved" || state.at === "applied")
        throw conflict(
          `The element ${elementId} is ${state.at} as ${state.approval.code.code}.`,
          "To change its code, override it.",
        );
      elements.push(state.element);
    }
    return await this.run(elements, ctx);
  }

  /**
   * For the next elements that have none, the first imported first. Those that nothing can be suggested for stay without one,
   * so who goes on says from where.
   */
  async forNext(part: PagePart, ctx: HandlerContext): Promise<RunResult> {
    const earlier = await this.#classifications.earlier(ctx);
    if (earlier !== null) {
      // What it looked at is not known any more, only that it was at least as many elements as a page of all has.
      const { next } = await this.#elements.page({ at: EVERY }, part);
      return { runId: ctx.workId, entries: earlier.map((outcome) => ({ ...outcome, none: null })), next };
    }
    const { items, next } = await this.#elements.page({ at: ["unclassified"] }, part);
    const run = await this.forElements(
      items.map((item) => item.elementId),
      ctx,
    );
    return { ...run, next };
  }

  /** For elements that were just imported. What is approved or applied already stays as it is. */
  async afterImport(imported: readonly Outcome[], ctx: HandlerContext): Promise<RunResult> {
    const open = imported.filter(({ state }) => state.at !== "approved" && state.at !== "applied");
    const { entries, ...run } = await this.run(
      open.map(({ state }) => state.element),
      ctx,
    );
    const byId = new Map(entries.map((entry) => [entry.elementId, entry]));
    return { ...run, entries: imported.map((each) => byId.get(each.elementId) ?? { ...each, none: null }) };
  }

  /** The model is asked before anything is stored; then all suggestions are stored together. */
  async run(elements: readonly Element[], ctx: HandlerContext): Promise<RunResult> {
    const runId = ctx.workId;
    const judged = await inTurns(elements, async (element) => ({
      element,
      suggested: await this.#judge(element, ctx),
    }));
    const work = judged.map(({ element, suggested }) => ({
      elementId: element.id,
      commands: this.#commandsFor(element, suggested, runId),
    }));
    const outcomes = await this.#record(ctx, work, runOf(runId, judged));
    const entries = outcomes.map((outcome, index) => {
      const suggested = judged[index]?.suggested;
      return { ...outcome, none: suggested?.at === "none" ? suggested : null };
    });
    return { runId, entries, next: null };
  }

  async #record(ctx: HandlerContext, work: readonly Work[], run: Run): Promise<readonly Outcome[]> {
    try {
      return await this.#classifications.record(ctx, work, run);
    } catch (error) {
      if (!(error instanceof TransitionRefused)) throw error;
      throw conflict(
        `An element was decided while its suggestion was made: ${error.message}.`,
        "Ask again: what is decided is left out then.",
      );
    }
  }

  async #judge(element: Element, ctx: HandlerContext): Promise<Suggested> {
    const verdict = classify(element);
    const suggested = suggest(verdict, await this.#opinionOn(element, verdict, ctx));
    return withOmniClass(suggested, (code) => this.#codes.omniClassOf(code));
  }

  /** Nobody needs to be asked about what is no element, and a model may not be told what to say. */
  async #opinionOn(element: Element, verdict: Verdict, ctx: HandlerContext): Promise<Opinion> {
    const unasked = { at: "none", generatedBy: null, promptRef: null } as const;
    if (verdict.at === "no-element") return { ...unasked, reason: verdict.because };
    const instruction = instructionIn(element);
    if (instruction === null) return await this.#classifier.opinion(ctx, element);
    const reason = `its texts give instructions ("${instruction.said}"), so the model was not asked`;
    return { ...unasked, reason };
  }

  #commandsFor(element: Element, suggested: Suggested, runId: string): readonly ClassificationCommand[] {
    if (suggested.at === "none") return [];
    const { suggestion } = suggested;
    // The same run that comes again makes the same id.
    const suggestionId = nameBasedId(runId, element.id);
    const commands: ClassificationCommand[] = [{ type: "suggest", suggestionId, suggestion }];
    const above = this.#autoApproveAbove;
    if (above !== null && isSelfEvident(suggestion, above))
      commands.push({ type: "approve", suggestionId: null, by: { kind: "configuration", above } });
    return commands;
  }
}

function runOf(
  runId: string,
  judged: readonly { readonly element: Element; readonly suggested: Suggested }[],
): Run {
  const withoutSuggestion = judged.flatMap(({ element, suggested }) =>
    suggested.at === "none" ? [{ elementId: element.id, reason: suggested.reason }] : [],
  );
  const origins = judged.map(({ suggested }) => (suggested.at === "none" ? suggested : suggested.suggestion));
  // A sample is never hidden behind a live answer.
  const shown =
    origins.find((each) => each.generatedBy === "sample") ?? origins.find((each) => each.promptRef !== null);
  return {
    runId,
    withoutSuggestion,
    generatedBy: shown?.generatedBy ?? null,
    promptRef: shown?.promptRef ?? null,
  };
}

/** Some at a time, the results in the order of the items. */
async function inTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE)
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  return results;
}
