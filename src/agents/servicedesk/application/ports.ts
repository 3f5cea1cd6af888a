import type { HandlerContext, Page } from "agents-apphost/kit";
import type { Proposal } from "../domain/assess.ts";
import type { TicketCommand } from "../domain/decide.ts";
import type { Article, FoundArticle } from "../domain/knowledge/article.ts";
import type { TicketText } from "../domain/signals.ts";
import type { Ticket } from "../domain/ticket.ts";
import type { TicketEvent } from "../domain/ticket-event.ts";

type GeneratedBy = "live" | "cassette" | "sample";

/** A ticket with how it came to be what it is. */
export interface TicketHistory {
  readonly id: string;
  readonly state: Ticket;
  /** Number of its events; 0 when there is no such ticket. */
  readonly version: number;
  readonly history: readonly { readonly time: string; readonly event: TicketEvent }[];
}

/** One line of the queue. */
export interface QueueRow {
  readonly ticketId: string;
  readonly at: "new" | "triaged" | "escalated" | "resolved";
  readonly title: string;
  readonly requester: string | null;
  /** Null until it is triaged. */
  readonly priority: string | null;
  /** 0 until it is triaged, so that it stands first. */
  readonly rank: number;
  readonly category: string | null;
  readonly submittedAt: string;
  readonly resolutionDueAt: string | null;
}

/** Which lines of the queue are asked for. */
export interface QueueFilter {
  /** Left out: all that are not resolved. */
  readonly at?: QueueRow["at"] | undefined;
  readonly priority?: string | undefined;
  readonly category?: string | undefined;
  readonly limit: number;
  /** Rank, time of submission and id of the last ticket of the page before. */
  readonly after?: readonly [number, string, string] | undefined;
}

/** Port to the stored tickets. */
export interface Tickets {
  load(id: string): Promise<TicketHistory>;
  /**
   * Decides and stores, in one transaction, what the commands lead to, with the events that others are told.
   *
   * @throws TicketRefused, and what the request's `If-Match` calls for.
   */
  record(ctx: HandlerContext, id: string, commands: readonly TicketCommand[]): Promise<void>;
  /** The most pressing first, and of those the oldest. */
  list(filter: QueueFilter): Promise<Page<QueueRow>>;
}

/** Port to what is known already. */
export interface Knowledge {
  search(text: string, limit: number): Promise<readonly FoundArticle[]>;
  find(articleId: string): Promise<{ readonly article: Article; readonly version: number } | null>;
  save(ctx: HandlerContext, article: Article): Promise<number>;
}

/** Port to the model that proposes how a ticket is classified. */
export interface Assessor {
  /** @throws when no model answers, or none whose answer can be read. */
  propose(
    ctx: HandlerContext,
    text: TicketText,
  ): Promise<{ readonly proposal: Proposal; readonly generatedBy: GeneratedBy; readonly promptRef: string }>;
}

/** Port to the model that words a reply from articles. */
export interface Replier {
  /** @throws when no model answers, or none whose answer can be read. */
  word(
    ctx: HandlerContext,
    facts: { readonly title: string; readonly body: string; readonly articles: readonly Article[] },
  ): Promise<{ readonly text: string; readonly generatedBy: GeneratedBy; readonly promptRef: string }>;
}
