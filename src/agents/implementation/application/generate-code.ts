import type { HandlerContext } from "agents-apphost/kit";
import type { SpecGeneratedPayload } from "../../testplanning/events.ts";
import type { Artefact, ArtefactDraft } from "../domain/artefact.ts";
import { describeRule } from "../domain/describe.ts";
import type { MatchPattern } from "../domain/evaluate.ts";
import { generateCode } from "../domain/generate.ts";
import type { Language } from "../domain/generated-code.ts";
import { planCode } from "../domain/plan.ts";
import type { Plan } from "../domain/plan.ts";
import { shorten } from "../domain/text.ts";
import type { Artefacts, Writer } from "./ports.ts";
import { toSpecification } from "./translate-spec.ts";
import { word } from "./wording.ts";

const TEMPLATE = "One function for each rule; the tests beside it run every case of the specification.";

/** Of a longer requirement and more rules a model is not told: its words are one or two sentences. */
const TOLD = { characters: 4000, rules: 50 };

/** Turns a specification into code with its tests. */
export class GenerateCode {
  readonly #artefacts: Artefacts;
  readonly #writer: Writer;
  readonly #matcher: () => MatchPattern;

  /** @param matcher what matches the patterns of one specification, in the time that there is for it */
  constructor(artefacts: Artefacts, writer: Writer, matcher: () => MatchPattern) {
    this.#artefacts = artefacts;
    this.#writer = writer;
    this.#matcher = matcher;
  }

  /** The stored artefact; `skipped` with a reason where code could not be right. The event about it is published. */
  async run(ctx: HandlerContext, payload: SpecGeneratedPayload, language: Language): Promise<Artefact> {
    const plan = planCode(toSpecification(payload), this.#matcher());
    const draft =
      plan.at === "skipped"
        ? skipped(payload, language, plan.reason)
        : await this.#generate(ctx, payload, language, plan);
    return await this.#artefacts.add(ctx, draft);
  }

  async #generate(
    ctx: HandlerContext,
    payload: SpecGeneratedPayload,
    language: Language,
    plan: Extract<Plan, { at: "planned" }>,
  ): Promise<ArtefactDraft> {
    const rules = plan.units.map((unit) => describeRule(unit.rule));
    const facts = {
      requirement: shorten(payload.requirement, TOLD.characters),
      rules: rules.slice(0, TOLD.rules),
    };
    const given = [payload.requirement, ...rules].join("\n");
    const { text, provenance } = await word(ctx, () => this.#writer.summariseCode(ctx, facts), {
      given,
      template: TEMPLATE,
    });
    const { files, tests } = generateCode(plan, language, { summary: text });
    const { specId, requirement } = payload;
    return { specId, requirement, language, status: "generated", reason: null, files, tests, provenance };
  }
}

function skipped(payload: SpecGeneratedPayload, language: Language, reason: string): ArtefactDraft {
  const { specId, requirement } = payload;
  const provenance = { by: "template", reason: null, generatedBy: null, promptRef: null } as const;
  return { specId, requirement, language, status: "skipped", reason, files: [], tests: [], provenance };
}
