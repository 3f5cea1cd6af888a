/** One word of the query in one article. */
export type Posting = {
  readonly token: string;
  readonly articleId: string;
  /** How often; words of the title count as several. */
  readonly count: number;
};

/** What is known of all articles. */
export type Corpus = {
  readonly articles: number;
  /** Mean number of words of an article. */
  readonly meanLength: number;
  /** Number of words of each article that has a posting. */
  readonly lengths: ReadonlyMap<string, number>;
};

export type Ranked = {
  readonly articleId: string;
  readonly score: number;
  readonly matched: readonly string[];
};

const K1 = 1.2;
const B = 0.75;

/** Articles by relevance, the most relevant first: Okapi BM25 with its usual constants. Equal ones by their id. */
export function rank(postings: readonly Posting[], corpus: Corpus): readonly Ranked[] {
  const inArticles = Map.groupBy(postings, ({ token }) => token);
  const byArticle = Map.groupBy(postings, ({ articleId }) => articleId);
  return [...byArticle]
    .map(([articleId, found]) => {
      const length = corpus.lengths.get(articleId) ?? corpus.meanLength;
      const relative = corpus.meanLength === 0 ? 1 : length / corpus.meanLength;
      const score = found.reduce((sum, { token, count }) => {
        const having = inArticles.get(token)?.length ?? 0;
        const rarity = Math.log(1 + (corpus.articles - having + 0.5) / (having + 0.5));
        return sum + (rarity * (count * (K1 + 1))) / (count + K1 * (1 - B + B * relative));
      }, 0);
      return { articleId, score: Math.round(score * 1000) / 1000, matched: found.map(({ token }) => token) };
    })
    .toSorted((a, b) => b.score - a.score || (a.articleId < b.articleId ? -1 : 1));
}
