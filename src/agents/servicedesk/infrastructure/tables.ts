import type { Migration } from "agents-apphost/kit";
import type { QueueRow } from "../application/ports.ts";

/** The agent's own tables: all of them are made from the event streams. */
export interface ServiceDeskTables {
  servicedesk_queue: {
    ticket_id: string;
    state: QueueRow["at"];
    title: string;
    requester: string | null;
    priority: string | null;
    priority_rank: number;
    category: string | null;
    submitted_at: string;
    resolution_due_at: string | null;
  };
  servicedesk_articles: {
    article_id: string;
    /** Where it comes from: `article` (saved by somebody) or `ticket` (what resolved one). */
    source: string;
    title: string;
    body: string;
    /** Number of its tokens, words of the title counted as often as they weigh. */
    length: number;
  };
  servicedesk_tokens: { token: string; article_id: string; count: number };
}

/** Add to them; never change one that was released. */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001_queue_and_knowledge": {
    async up(db) {
      await db.schema
        .createTable("servicedesk_queue")
        .addColumn("ticket_id", "varchar(36)", (column) => column.primaryKey())
        .addColumn("state", "varchar(20)", (column) => column.notNull())
        .addColumn("title", "varchar(400)", (column) => column.notNull())
        .addColumn("requester", "varchar(400)")
        .addColumn("priority", "varchar(100)")
        .addColumn("priority_rank", "integer", (column) => column.notNull())
        .addColumn("category", "varchar(40)")
        .addColumn("submitted_at", "varchar(30)", (column) => column.notNull())
        .addColumn("resolution_due_at", "varchar(30)")
        .execute();
      await db.schema
        .createIndex("servicedesk_queue_pressing")
        .on("servicedesk_queue")
        .columns(["priority_rank", "submitted_at", "ticket_id"])
        .execute();
      await db.schema
        .createTable("servicedesk_articles")
        .addColumn("article_id", "varchar(100)", (column) => column.primaryKey())
        .addColumn("source", "varchar(20)", (column) => column.notNull())
        .addColumn("title", "varchar(400)", (column) => column.notNull())
        .addColumn("body", "text", (column) => column.notNull())
        .addColumn("length", "integer", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("servicedesk_tokens")
        .addColumn("token", "varchar(40)", (column) => column.notNull())
        .addColumn("article_id", "varchar(100)", (column) => column.notNull())
        .addColumn("count", "integer", (column) => column.notNull())
        .addPrimaryKeyConstraint("servicedesk_tokens_key", ["token", "article_id"])
        .execute();
      await db.schema
        .createIndex("servicedesk_tokens_article")
        .on("servicedesk_tokens")
        .column("article_id")
        .execute();
    },
  },
};
