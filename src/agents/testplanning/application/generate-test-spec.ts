import type { HandlerContext } from "agents-apphost/kit";
import { analyse } from "../domain/analysis.ts";
import type { Analysis } from "../domain/analysis.ts";
import { findInstructions } from "../domain/instructions.ts";
import { defaultWording, describe, objection } from "../domain/wording.ts";
import type { SpecGeneratedPayload } from "../events.ts";
import type { Specs, Writer } from "./ports.ts";
import { requirementIdOf } from "./requirement-id.ts";
import { choose, notAsked } from "./word.ts";

/** A requirement to be tested, as a sentence in English. */
export interface GenerateTestSpec {
  readonly requirement: string;
  /** The id it has elsewhere; made from its words when left out. */
  readonly requirementId?: string | undefined;
}

/** Turns a requirement into a test specification. Code finds the tests; a model words the title and the text. */
export class GenerateTestSpecHandler {
  readonly #specs: Specs;
  readonly #writer: Writer;

  constructor(specs: Specs, writer: Writer) {
    this.#specs = specs;
    this.#writer = writer;
  }

  async handle(command: GenerateTestSpec, ctx: HandlerContext): Promise<SpecGeneratedPayload> {
    const analysis = analyse(
      command.requirementId ?? requirementIdOf(command.requirement),
      command.requirement,
    );
    const fixed = defaultWording(analysis);
    const rules = analysis.rules.map(({ subject, constraint }) => `${subject}: ${describe(constraint)}`);
    const [order] = findInstructions(command.requirement);
    const words =
      order === undefined
        ? await this.#writer.wordSpec(ctx, { requirement: command.requirement, ...fixed, rules })
        : null;
    const { text, wording } =
      words === null
        ? notAsked(fixed, `The requirement gives instructions ("${order?.said}"), so no model was asked.`)
        : choose(words, fixed, (offered) => objection(offered, analysis));
    const by = { generatedBy: words?.generatedBy ?? null, promptRef: words?.promptRef ?? null };
    const spec = { specId: ctx.workId, ...toPayload(analysis), ...text, wording, ...by };
    await this.#specs.publish(ctx, [spec]);
    return spec;
  }
}

function toPayload(analysis: Analysis) {
  return {
    ...analysis,
    assumptions: [...analysis.assumptions],
    rules: [...analysis.rules],
    classes: [...analysis.classes],
    boundaryValues: [...analysis.boundaryValues],
    cases: [...analysis.cases],
  };
}
