import type { AgentKit, HandlerContext } from "agents-apphost/kit";
import { z } from "zod";
import type { Labeller } from "../application/ports.ts";
import type { Proposal } from "../domain/label.ts";

const labelled = z.object({ label: z.string() });

/** Asks by the prompt `label-entry`. */
export class PromptLabeller implements Labeller {
  readonly #kit: Pick<AgentKit, "generate">;

  constructor(kit: Pick<AgentKit, "generate">) {
    this.#kit = kit;
  }

  async propose(ctx: HandlerContext, text: string): Promise<Proposal> {
    const asked = { prompt: "label-entry", input: { text }, output: labelled };
    const { output, generatedBy, promptRef } = await this.#kit.generate(ctx, asked);
    return { text: output.label, generatedBy, promptRef };
  }
}
