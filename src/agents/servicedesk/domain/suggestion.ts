import type { FoundArticle } from "./knowledge/article.ts";
import { tokensOf } from "./knowledge/tokens.ts";

/** Articles that share more with a ticket than one word; with a ticket of one word, that one. */
export function fittingArticles(found: readonly FoundArticle[], ticket: string): readonly FoundArticle[] {
  const enough = Math.min(2, new Set(tokensOf(ticket)).size);
  return found.filter(({ matched }) => matched.length >= enough);
}

/** The reply without a model: what the best article says, and which others may help. */
export function templateReply(articles: readonly FoundArticle[]): string {
  const [best, ...others] = articles;
  if (best === undefined) return "No article of the knowledge base fits this ticket.";
  const more = others.length === 0 ? "" : `\n\nSee also: ${others.map(({ title }) => title).join("; ")}.`;
  return `${best.title}\n\n${best.body}${more}`;
}
