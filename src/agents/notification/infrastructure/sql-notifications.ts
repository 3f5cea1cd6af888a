import { cutPage } from "agents-apphost/kit";
import type { AgentKit, HandlerContext, Page, UnitOfWork } from "agents-apphost/kit";
import { announce } from "../application/announcements.ts";
import { causedSuppressions } from "../application/caused-suppressions.ts";
import type {
  DeliveryFilter,
  DeliveryRow,
  NotificationHistory,
  Notifications,
  RecordOptions,
} from "../application/ports.ts";
import { decide } from "../domain/decide.ts";
import type { NotificationCommand } from "../domain/decide.ts";
import type { NotificationEvent } from "../domain/notification-event.ts";
import { evolve, initialNotification } from "../domain/notification.ts";
import type { Notification } from "../domain/notification.ts";
import { streamOf } from "./deliveries.ts";
import { notificationCodec } from "./notification-codec.ts";
import { appendSuppression } from "./sql-suppressions.ts";
import type { NotificationTables } from "./tables.ts";

type Kit = Pick<AgentKit<NotificationTables>, "clock" | "db" | "events" | "transact">;

/** Notifications as event streams in SQL, with a list of them beside. */
export class SqlNotifications implements Notifications {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  async load(id: string): Promise<NotificationHistory> {
    const recorded = await this.#kit.events(notificationCodec).read(streamOf(id));
    const events = recorded.map(({ event }) => event);
    const history = recorded.map(({ recordedAt, event }) => ({ time: recordedAt, event }));
    return { id, state: events.reduce(evolve, initialNotification), history };
  }

  record(
    ctx: HandlerContext,
    id: string,
    commands: readonly NotificationCommand[],
    { completes }: RecordOptions,
  ): Promise<Notification> {
    return this.#kit.transact(ctx, (tx) => this.#decideAll(tx, ctx, id, commands), { completes });
  }

  async list({ at, limit, after }: DeliveryFilter): Promise<Page<DeliveryRow>> {
    let rows = this.#kit.db
      .selectFrom("notification_deliveries")
      .selectAll()
      .orderBy("requested_at", "desc")
      .orderBy("notification_id", "desc")
      .limit(limit + 1);
    if (at !== undefined) rows = rows.where("state", "=", at);
    if (after !== undefined) {
      const [time, id] = after;
      rows = rows.where((eb) =>
        eb.or([
          eb("requested_at", "<", time),
          eb.and([eb("requested_at", "=", time), eb("notification_id", "<", id)]),
        ]),
      );
    }
    const page = cutPage(await rows.execute(), limit, (row) => [row.requested_at, row.notification_id]);
    return { ...page, items: page.items.map(toRow) };
  }

  async findByMessageId(channel: string, messageId: string): Promise<string | null> {
    const row = await this.#kit.db
      .selectFrom("notification_channels")
      .select("notification_id")
      .where("channel", "=", channel)
      .where("message_id", "=", messageId)
      .limit(1)
      .executeTakeFirst();
    return row?.notification_id ?? null;
  }

  async #decideAll(
    tx: UnitOfWork<NotificationTables>,
    ctx: HandlerContext,
    id: string,
    commands: readonly NotificationCommand[],
  ): Promise<Notification> {
    const store = tx.events(notificationCodec);
    const recorded = await store.read(streamOf(id));
    ctx.precondition?.check(streamOf(id), recorded.length);
    let state = recorded.map(({ event }) => event).reduce(evolve, initialNotification);
    const events: NotificationEvent[] = [];
    for (const command of commands) {
      const caused = decide(command, state);
      state = caused.reduce(evolve, state);
      events.push(...caused);
    }
    if (events.length === 0) return state;
    await store.append(streamOf(id), recorded.length, events);
    for (const entry of causedSuppressions(id, events, state, this.#kit.clock().getTime())) {
      await appendSuppression(tx, entry);
    }
    announce(tx.emit, ctx, id, events, state);
    return state;
  }
}

function toRow(row: NotificationTables["notification_deliveries"]): DeliveryRow {
  return {
    notificationId: row.notification_id,
    at: row.state,
    recipient: row.recipient,
    subject: row.subject,
    priority: row.priority,
    correlationId: row.correlation_id,
    requestedAt: row.requested_at,
    updatedAt: row.updated_at,
  };
}
