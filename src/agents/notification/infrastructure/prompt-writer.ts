import type { AgentKit, HandlerContext } from "agents-apphost/kit";
import { z } from "zod";
import type { Writer } from "../application/ports.ts";
import type { Opening, RenderInput } from "../domain/render.ts";

const opened = z.object({ opening: z.string() });

/** Lets a model write the first sentence, by the prompt `open-notification`. */
export class PromptWriter implements Writer {
  readonly #kit: Pick<AgentKit, "generate">;

  constructor(kit: Pick<AgentKit, "generate">) {
    this.#kit = kit;
  }

  async open(ctx: HandlerContext, { recipient, subject, message }: RenderInput): Promise<Opening> {
    const { output, generatedBy, promptRef } = await this.#kit.generate(ctx, {
      prompt: "open-notification",
      input: { recipient, subject, message },
      output: opened,
    });
    return { from: "model", text: output.opening, generatedBy, promptRef };
  }
}
