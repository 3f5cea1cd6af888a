import type { Projection } from "agents-apphost/kit";
import type { TicketEvent } from "../domain/ticket-event.ts";
import type { ServiceDeskTables } from "./tables.ts";
import { ticketCodec } from "./ticket-codec.ts";

export const TICKET_STREAM = "ticket-";

/** The stream of one ticket. */
export function ticketStream(id: string): string {
  return TICKET_STREAM + id;
}

/** The queue, made from the streams of the tickets. */
export const queue: Projection<ServiceDeskTables, TicketEvent> = {
  name: "queue",
  version: 1,
  streams: TICKET_STREAM,
  codec: ticketCodec,
  clear: async (db) => void (await db.deleteFrom("servicedesk_queue").execute()),
  apply: async (db, { streamId, event }) => {
    const ticket_id = streamId.slice(TICKET_STREAM.length);
    const set = async (values: Partial<ServiceDeskTables["servicedesk_queue"]>): Promise<void> => {
      await db.updateTable("servicedesk_queue").set(values).where("ticket_id", "=", ticket_id).execute();
    };
    switch (event.type) {
      case "submitted": {
        const { title, requester, submittedAt } = event.data;
        const open = { priority: null, priority_rank: 0, category: null, resolution_due_at: null };
        await db
          .insertInto("servicedesk_queue")
          .values({ ticket_id, state: "new", title, requester, ...open, submitted_at: submittedAt })
          .execute();
        return;
      }
      case "triaged": {
        const { priority, sla, assessment } = event.data;
        const { category } = assessment;
        const due = { resolution_due_at: sla.resolutionDueAt };
        return await set({
          state: "triaged",
          priority: priority.name,
          priority_rank: priority.rank,
          category,
          ...due,
        });
      }
      case "priority-overridden": {
        const { priority, sla } = event.data;
        const due = { resolution_due_at: sla.resolutionDueAt };
        return await set({ priority: priority.name, priority_rank: priority.rank, ...due });
      }
      case "escalated":
        return await set({ state: "escalated" });
      case "resolved":
        return await set({ state: "resolved" });
      case "solution-suggested":
        return;
      default:
        event satisfies never;
    }
  },
};
