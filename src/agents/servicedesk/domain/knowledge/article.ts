/** What an article says. */
export type Article = {
  readonly articleId: string;
  readonly title: string;
  readonly body: string;
};

/** What happened to one article: saving replaces it. */
export type ArticleEvent = { readonly type: "article-saved"; readonly data: Omit<Article, "articleId"> };

/** An article that a search has found. */
export type FoundArticle = Article & { readonly score: number; readonly matched: readonly string[] };

/** The same article said again changes nothing. */
export function decideArticle(
  saved: Omit<Article, "articleId">,
  state: Omit<Article, "articleId"> | null,
): readonly ArticleEvent[] {
  const same = state !== null && state.title === saved.title && state.body === saved.body;
  return same ? [] : [{ type: "article-saved", data: saved }];
}
