import type { AgentKit, HandlerContext } from "agents-apphost/kit";
import { z } from "zod";
import type { SpecDraft, StrategyDraft, Words, Writer } from "../application/ports.ts";
import type { Wording } from "../domain/wording.ts";

const specWords = z.object({ title: z.string(), rationale: z.string() });
const strategyWords = z.object({ summary: z.string() });

/** Words results by the prompts `word-spec` and `word-strategy`. */
export class PromptWriter implements Writer {
  readonly #kit: Pick<AgentKit, "generate">;

  constructor(kit: Pick<AgentKit, "generate">) {
    this.#kit = kit;
  }

  async wordSpec(ctx: HandlerContext, draft: SpecDraft): Promise<Words<Wording>> {
    const { output, generatedBy, promptRef } = await this.#kit.generate(ctx, {
      prompt: "word-spec",
      input: { ...draft },
      output: specWords,
    });
    return { text: output, generatedBy, promptRef };
  }

  async wordStrategy(ctx: HandlerContext, draft: StrategyDraft): Promise<Words<string>> {
    const { output, generatedBy, promptRef } = await this.#kit.generate(ctx, {
      prompt: "word-strategy",
      input: { ...draft },
      output: strategyWords,
    });
    return { text: output.summary, generatedBy, promptRef };
  }
}
