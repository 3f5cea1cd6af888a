import type { Transaction } from "agents-apphost/kit";
import type { NotificationEvent } from "../domain/notification-event.ts";
import type { NotificationTables } from "./tables.ts";

type Db = Transaction<NotificationTables>;
type Row = NotificationTables["notification_channels"];

/**
 * How long an attempt under way is left alone. Whoever was to make it and has died leaves it to the others after that; no
 * channel takes as long.
 */
const ATTEMPT_MS = 60_000;

/** When an attempt that begins now is taken up by somebody else. */
export function abandonedAt(now: string): string {
  return new Date(Date.parse(now) + ATTEMPT_MS).toISOString();
}

/** The part of the list of deliveries that tells channels apart. */
export async function applyToChannels(
  db: Db,
  id: string,
  event: NotificationEvent,
  at: string,
): Promise<void> {
  const set = async (channel: string, values: Partial<Row>): Promise<void> => {
    await db
      .updateTable("notification_channels")
      .set(values)
      .where("notification_id", "=", id)
      .where("channel", "=", channel)
      .execute();
  };
  switch (event.type) {
    case "requested":
      for (const channel of event.data.channels) {
        const open = { state: "pending", due_at: abandonedAt(at), message_id: null } as const;
        await db
          .insertInto("notification_channels")
          .values({ notification_id: id, channel, ...open })
          .execute();
      }
      return;
    case "channel-accepted":
      return await set(event.data.channel, { state: "pending", due_at: abandonedAt(at) });
    case "channel-held":
      return await set(event.data.channel, { state: "held", due_at: event.data.until });
    case "channel-suppressed":
      return await set(event.data.channel, { state: "suppressed", due_at: null });
    case "channel-sent":
      return await set(event.data.channel, { state: "sent", due_at: null, message_id: event.data.messageId });
    case "channel-deferred":
      return await set(event.data.channel, { state: "pending", due_at: event.data.retryAt });
    case "channel-failed":
      return await set(event.data.channel, { state: "failed", due_at: null });
    case "channel-confirmed":
      return await set(event.data.channel, { state: "delivered", due_at: null });
    case "reopened":
      await db
        .updateTable("notification_channels")
        .set({ state: "pending", due_at: abandonedAt(at) })
        .where("notification_id", "=", id)
        .where("state", "=", "failed")
        .execute();
      return;
    case "rendered":
    case "channel-complained":
    case "sent":
    case "failed":
    case "suppressed":
      return;
    default:
      event satisfies never;
  }
}
