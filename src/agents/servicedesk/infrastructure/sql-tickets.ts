import { cutPage } from "agents-apphost/kit";
import type { AgentKit, HandlerContext, Page, UnitOfWork } from "agents-apphost/kit";
import { announce } from "../application/announcements.ts";
import type { QueueFilter, QueueRow, TicketHistory, Tickets } from "../application/ports.ts";
import { decide } from "../domain/decide.ts";
import type { TicketCommand } from "../domain/decide.ts";
import { evolve, initialTicket } from "../domain/ticket.ts";
import type { TicketEvent } from "../domain/ticket-event.ts";
import { ticketStream } from "./queue.ts";
import type { ServiceDeskTables } from "./tables.ts";
import { ticketCodec } from "./ticket-codec.ts";

type Kit = Pick<AgentKit<ServiceDeskTables>, "db" | "events" | "transact">;
type Queue = ServiceDeskTables["servicedesk_queue"];

/** Tickets as event streams in SQL, with the queue beside. */
export class SqlTickets implements Tickets {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  async load(id: string): Promise<TicketHistory> {
    const recorded = await this.#kit.events(ticketCodec).read(ticketStream(id));
    return {
      id,
      state: recorded.map(({ event }) => event).reduce(evolve, initialTicket),
      version: recorded.length,
      history: recorded.map(({ recordedAt, event }) => ({ time: recordedAt, event })),
    };
  }

  async record(ctx: HandlerContext, id: string, commands: readonly TicketCommand[]): Promise<void> {
    await this.#kit.transact(ctx, (tx) => this.#decideAll(tx, ctx, id, commands));
  }

  async list({ at, priority, category, limit, after }: QueueFilter): Promise<Page<QueueRow>> {
    let rows = this.#kit.db
      .selectFrom("servicedesk_queue")
      .selectAll()
      .orderBy("priority_rank")
      .orderBy("submitted_at")
      .orderBy("ticket_id")
      .limit(limit + 1);
    rows = at === undefined ? rows.where("state", "<>", "resolved") : rows.where("state", "=", at);
    if (priority !== undefined) rows = rows.where("priority", "=", priority);
    if (category !== undefined) rows = rows.where("category", "=", category);
    if (after !== undefined) {
      const [rank, time, id] = after;
      rows = rows.where((eb) =>
        eb.or([
          eb("priority_rank", ">", rank),
          eb.and([eb("priority_rank", "=", rank), eb("submitted_at", ">", time)]),
          eb.and([eb("priority_rank", "=", rank), eb("submitted_at", "=", time), eb("ticket_id", ">", id)]),
        ]),
      );
    }
    const found = (await rows.execute()).map(toRow);
    return cutPage(found, limit, ({ rank, submittedAt, ticketId }) => [rank, submittedAt, ticketId]);
  }

  async #decideAll(
    tx: UnitOfWork<ServiceDeskTables>,
    ctx: HandlerContext,
    id: string,
    commands: readonly TicketCommand[],
  ): Promise<void> {
    const stream = ticketStream(id);
    const store = tx.events(ticketCodec);
    const recorded = await store.read(stream);
    ctx.precondition?.check(stream, recorded.length);
    const before = recorded.map(({ event }) => event).reduce(evolve, initialTicket);
    const events: TicketEvent[] = [];
    let state = before;
    for (const command of commands) {
      const caused = decide(command, state);
      state = caused.reduce(evolve, state);
      events.push(...caused);
    }
    if (events.length === 0) return;
    await store.append(stream, recorded.length, events);
    announce(tx.emit, id, events, before);
  }
}

function toRow(row: Queue): QueueRow {
  return {
    ticketId: row.ticket_id,
    at: row.state,
    title: row.title,
    requester: row.requester,
    priority: row.priority,
    rank: row.priority_rank,
    category: row.category,
    submittedAt: row.submitted_at,
    resolutionDueAt: row.resolution_due_at,
  };
}
