import type { AgentKit, HandlerContext } from "agents-apphost/kit";
import { z } from "zod";
import type { Assessor, Replier } from "../application/ports.ts";
import { CATEGORIES } from "../domain/policy.ts";
import type { TicketText } from "../domain/signals.ts";

const level = z.enum(["high", "medium", "low"]);
const proposed = z.object({
  impact: level,
  urgency: level,
  category: z.enum(CATEGORIES),
  evidence: z.array(z.string()),
  rationale: z.string(),
});
const worded = z.object({ reply: z.string() });

type Kit = Pick<AgentKit, "generate">;

/** Lets a model classify a ticket, by the prompt `triage-ticket`. */
export class PromptAssessor implements Assessor {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  async propose(
    ctx: HandlerContext,
    { title, body, affectedUsers }: TicketText,
  ): ReturnType<Assessor["propose"]> {
    const input = { title, body, affectedUsers };
    const { output, ...by } = await this.#kit.generate(ctx, {
      prompt: "triage-ticket",
      input,
      output: proposed,
    });
    return { proposal: output, ...by };
  }
}

/** Lets a model word a reply from articles, by the prompt `suggest-solution`. */
export class PromptReplier implements Replier {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  async word(
    ctx: HandlerContext,
    { title, body, articles }: Parameters<Replier["word"]>[1],
  ): ReturnType<Replier["word"]> {
    const input = { title, body, articles: articles.map((each) => ({ title: each.title, body: each.body })) };
    const { output, ...by } = await this.#kit.generate(ctx, {
      prompt: "suggest-solution",
      input,
      output: worded,
    });
    return { text: output.reply, ...by };
  }
}
