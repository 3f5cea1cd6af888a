import { anyOf } from "agents-apphost/kit";
import type { AgentKit, HandlerContext } from "agents-apphost/kit";
import type { Knowledge } from "../application/ports.ts";
import { decideArticle } from "../domain/knowledge/article.ts";
import type { Article, FoundArticle } from "../domain/knowledge/article.ts";
import { rank } from "../domain/knowledge/rank.ts";
import type { Ranked } from "../domain/knowledge/rank.ts";
import { tokensOf } from "../domain/knowledge/tokens.ts";
import { ARTICLE_STREAM, articleCodec } from "./knowledge-index.ts";
import type { ServiceDeskTables } from "./tables.ts";

type Kit = Pick<AgentKit<ServiceDeskTables>, "db" | "events" | "transact">;

/** Words of a query that are looked up: more say no more. */
const QUERY_TOKENS = 64;

/** Articles in SQL, found by a table of tokens of our own: the same on every database. */
export class SqlKnowledge implements Knowledge {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  async search(text: string, limit: number): Promise<readonly FoundArticle[]> {
    const tokens = [...new Set(tokensOf(text))].slice(0, QUERY_TOKENS);
    if (tokens.length === 0) return [];
    const postings = await this.#kit.db
      .selectFrom("servicedesk_tokens")
      .select(["token", "article_id", "count"])
      .where("token", "in", anyOf(tokens))
      .execute();
    if (postings.length === 0) return [];
    const all = await this.#kit.db
      .selectFrom("servicedesk_articles")
      .select((eb) => [eb.fn.countAll<number>().as("articles"), eb.fn.sum<number>("length").as("words")])
      .where("length", ">", 0)
      .executeTakeFirstOrThrow();
    const lengths = await this.#lengths([...new Set(postings.map((posting) => posting.article_id))]);
    const ranked = rank(
      postings.map(({ token, article_id, count }) => ({ token, articleId: article_id, count })),
      { articles: all.articles, meanLength: all.words / all.articles, lengths },
    );
    return await this.#withTexts(ranked.slice(0, limit));
  }

  async find(articleId: string): Promise<{ readonly article: Article; readonly version: number } | null> {
    const recorded = await this.#kit.events(articleCodec).read(ARTICLE_STREAM + articleId);
    const last = recorded.at(-1);
    return last === undefined ? null : { article: { articleId, ...last.event.data }, version: last.version };
  }

  async save(ctx: HandlerContext, { articleId, title, body }: Article): Promise<number> {
    const stream = ARTICLE_STREAM + articleId;
    return await this.#kit.transact(ctx, async (tx) => {
      const store = tx.events(articleCodec);
      const recorded = await store.read(stream);
      ctx.precondition?.check(stream, recorded.length);
      const events = decideArticle({ title, body }, recorded.at(-1)?.event.data ?? null);
      return events.length === 0 ? recorded.length : await store.append(stream, recorded.length, events);
    });
  }

  async #lengths(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#kit.db
      .selectFrom("servicedesk_articles")
      .select(["article_id", "length"])
      .where("article_id", "in", anyOf(ids))
      .execute();
    return new Map(rows.map((row) => [row.article_id, row.length]));
  }

  async #withTexts(ranked: readonly Ranked[]): Promise<readonly FoundArticle[]> {
    if (ranked.length === 0) return [];
    const ids = ranked.map(({ articleId }) => articleId);
    const rows = await this.#kit.db
      .selectFrom("servicedesk_articles")
      .select(["article_id", "title", "body"])
      .where("article_id", "in", anyOf(ids))
      .execute();
    return ranked.flatMap((each) => {
      const row = rows.find((found) => found.article_id === each.articleId);
      return row === undefined ? [] : [{ ...each, title: row.title, body: row.body }];
    });
  }
}
