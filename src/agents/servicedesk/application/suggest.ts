import { inventedFacts } from "agents-apphost/kit";
import type { HandlerContext } from "agents-apphost/kit";
import type { FoundArticle } from "../domain/knowledge/article.ts";
import { findInstructions } from "../domain/instructions.ts";
import { fittingArticles, templateReply } from "../domain/suggestion.ts";
import type { SolutionSuggested, Submitted } from "../domain/ticket-event.ts";
import type { Knowledge, Replier } from "./ports.ts";

const ARTICLES = 3;

/** Finds what is known about a ticket. Code finds the articles; a model words the reply, from them alone. */
export class Suggest {
  readonly #knowledge: Knowledge;
  readonly #replier: Replier;

  constructor(knowledge: Knowledge, replier: Replier) {
    this.#knowledge = knowledge;
    this.#replier = replier;
  }

  async run(
    ctx: HandlerContext,
    { title, body }: Pick<Submitted, "title" | "body">,
  ): Promise<Omit<SolutionSuggested, "suggestedAt">> {
    const text = `${title}\n${body}`;
    const fitting = fittingArticles(await this.#knowledge.search(text, ARTICLES), text);
    const articles = fitting.map(({ articleId, title: name, score }) => ({ articleId, title: name, score }));
    const template = { text: templateReply(fitting), by: "template" } as const;
    const unasked = { ...template, reason: null, generatedBy: null, promptRef: null };
    if (fitting.length === 0) return { articles, ...unasked };
    return { articles, ...(await this.#word(ctx, { title, body }, fitting, template)) };
  }

  async #word(
    ctx: HandlerContext,
    ticket: Pick<Submitted, "title" | "body">,
    articles: readonly FoundArticle[],
    template: { readonly text: string; readonly by: "template" },
  ): Promise<Omit<SolutionSuggested, "articles" | "suggestedAt">> {
    const given = [ticket, ...articles].flatMap(({ title, body }) => [title, body]).join("\n");
    // What gives orders to a model is not read to one.
    const [order] = findInstructions(given);
    if (order !== undefined) {
      const reason = `the ticket or an article gives instructions ("${order.said}")`;
      return { ...template, reason, generatedBy: null, promptRef: null };
    }
    try {
      const { text, generatedBy, promptRef } = await this.#replier.word(ctx, { ...ticket, articles });
      const told = { generatedBy, promptRef };
      if (generatedBy === "sample") return { ...template, reason: "no model was asked", ...told };
      const invented = inventedFacts(text, given);
      if (invented.length === 0) return { text, by: "model", reason: null, ...told };
      const reason = `the model's words hold what neither the ticket nor an article says: ${invented.join(", ")}`;
      return { ...template, reason, ...told };
    } catch (error) {
      if (ctx.signal.aborted) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      ctx.log.warn("no model words this suggestion, the article stands for itself", { reason });
      return { ...template, reason: `no model: ${reason}`, generatedBy: null, promptRef: null };
    }
  }
}
