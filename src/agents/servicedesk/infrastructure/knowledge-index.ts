import type { Projection, Transaction } from "agents-apphost/kit";
import { z } from "zod";
import type { Article, ArticleEvent } from "../domain/knowledge/article.ts";
import { countTokens, tokensOf } from "../domain/knowledge/tokens.ts";
import type { TicketEvent } from "../domain/ticket-event.ts";
import { TICKET_STREAM } from "./queue.ts";
import type { ServiceDeskTables } from "./tables.ts";
import { ticketCodec } from "./ticket-codec.ts";

export const ARTICLE_STREAM = "article-";

/** A word of the title says as much as three of the text. */
const TITLE_WEIGHT = 3;

export const articleCodec = z.object({
  type: z.literal("article-saved"),
  data: z.object({ title: z.string(), body: z.string() }),
});

/** What people have written down, as it is searched. */
export const articles: Projection<ServiceDeskTables, ArticleEvent> = {
  name: "articles",
  version: 3,
  streams: ARTICLE_STREAM,
  codec: articleCodec,
  clear: (db) => clear(db, "article"),
  apply: async (db, { streamId, event }) => {
    await index(db, "article", { articleId: streamId.slice(ARTICLE_STREAM.length), ...event.data });
  },
};

/**
 * What has resolved earlier tickets, under `ticket:` and the id of the ticket. It is found by the words of the ticket, too:
 * whoever has the same trouble describes the same symptoms.
 */
export const resolutions: Projection<ServiceDeskTables, TicketEvent> = {
  name: "resolutions",
  version: 3,
  streams: TICKET_STREAM,
  codec: ticketCodec,
  clear: (db) => clear(db, "ticket"),
  apply: async (db, { streamId, event }) => {
    const ticketId = streamId.slice(TICKET_STREAM.length);
    const articleId = `ticket:${ticketId}`;
    if (event.type === "submitted") {
      // Kept, and not yet searched: it has no answer.
      await put(db, "ticket", { articleId, title: event.data.title, body: event.data.body }, 0);
    } else if (event.type === "resolved") {
      const row = await db
        .selectFrom("servicedesk_articles")
        .select(["title", "body"])
        .where("article_id", "=", articleId)
        .executeTakeFirst();
      if (row !== undefined) {
        await index(db, "ticket", { articleId, title: row.title, body: event.data.resolution }, row.body);
      }
    }
  },
};

type Db = Transaction<ServiceDeskTables>;

async function clear(db: Db, source: string): Promise<void> {
  const ids = db.selectFrom("servicedesk_articles").select("article_id").where("source", "=", source);
  await db.deleteFrom("servicedesk_tokens").where("article_id", "in", ids).execute();
  await db.deleteFrom("servicedesk_articles").where("source", "=", source).execute();
}

/** @param symptoms words by which it is found and that it does not say. */
async function index(db: Db, source: string, article: Article, symptoms = ""): Promise<void> {
  const title = tokensOf(article.title);
  const tokens = [
    ...tokensOf(article.body),
    ...tokensOf(symptoms),
    ...Array.from({ length: TITLE_WEIGHT }, () => title).flat(),
  ];
  await put(db, source, article, tokens.length);
  await db.deleteFrom("servicedesk_tokens").where("article_id", "=", article.articleId).execute();
  for (const { token, count } of countTokens(tokens)) {
    await db
      .insertInto("servicedesk_tokens")
      .values({ token, article_id: article.articleId, count })
      .execute();
  }
}

async function put(
  db: Db,
  source: string,
  { articleId, title, body }: Article,
  length: number,
): Promise<void> {
  const values = { source, title, body, length };
  const { numUpdatedRows } = await db
    .updateTable("servicedesk_articles")
    .set(values)
    .where("article_id", "=", articleId)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows > 0n) return;
  await db
    .insertInto("servicedesk_articles")
    .values({ article_id: articleId, ...values })
    .execute();
}
