import type { AgentKit, HandlerContext } from "agents-apphost/kit";
import { z } from "zod";
import type { Words, Writer } from "../application/ports.ts";

const summary = z.object({ summary: z.string() });

/** Lets a model word what people read, by the prompts of this agent. */
export class PromptWriter implements Writer {
  readonly #kit: Pick<AgentKit, "generate">;

  constructor(kit: Pick<AgentKit, "generate">) {
    this.#kit = kit;
  }

  summariseCode(
    ctx: HandlerContext,
    facts: { readonly requirement: string; readonly rules: readonly string[] },
  ): Promise<Words> {
    return this.#ask(ctx, "summarise-code", facts);
  }

  summariseReview(
    ctx: HandlerContext,
    facts: { readonly files: readonly string[]; readonly findings: readonly string[] },
  ): Promise<Words> {
    return this.#ask(ctx, "summarise-review", facts);
  }

  explainRefactoring(
    ctx: HandlerContext,
    facts: { readonly file: string; readonly changes: readonly string[]; readonly goal?: string },
  ): Promise<Words> {
    return this.#ask(ctx, "explain-refactoring", facts);
  }

  async #ask(ctx: HandlerContext, prompt: string, input: Readonly<Record<string, unknown>>): Promise<Words> {
    const { output, generatedBy, promptRef } = await this.#kit.generate(ctx, {
      prompt,
      input,
      output: summary,
    });
    return { text: output.summary, generatedBy, promptRef };
  }
}
