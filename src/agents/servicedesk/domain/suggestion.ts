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

/**
 * What a reply names that neither the ticket nor an article says: an address, a link, a number. Null when it may be sent:
 * a model words a solution, it does not make one up.
 */
export function inventedIn(reply: string, given: string): string | null {
  const known = given.normalize("NFKC").toLowerCase();
  const named = reply
    .normalize("NFKC")
    .toLowerCase()
    .match(
      /[a-z][a-z0-9+.-]*:\/\/[^\s<>"']+|[^\s@<>()]+@[^\s@<>()]+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b|\p{Nd}+(?:[.,:]\p{Nd}+)*/gu,
    );
  return named?.map((word) => word.replace(/[.,;:!?)]+$/u, "")).find((word) => !known.includes(word)) ?? null;
}
