import type { AgentKit, HandlerContext } from "agents-apphost/kit";
import { z } from "zod";
import type { Words, Writer } from "../application/ports.ts";

const answer = z.object({ summary: z.string() });

/** Words reports by the prompts `summarise-sprint` and `summarise-failure`. */
export class PromptWriter implements Writer {
  readonly #kit: Pick<AgentKit, "generate">;

  constructor(kit: Pick<AgentKit, "generate">) {
    this.#kit = kit;
  }

  summariseSprint(ctx: HandlerContext, facts: string): Promise<Words> {
    return this.#ask(ctx, "summarise-sprint", facts);
  }

  summariseFailure(ctx: HandlerContext, facts: string): Promise<Words> {
    return this.#ask(ctx, "summarise-failure", facts);
  }

  async #ask(ctx: HandlerContext, prompt: string, facts: string): Promise<Words> {
    const { output, generatedBy, promptRef } = await this.#kit.generate(ctx, {
      prompt,
      input: { facts },
      output: answer,
    });
    return { text: output.summary, generatedBy, promptRef };
  }
}
