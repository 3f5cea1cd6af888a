import type { Transaction } from "agents-apphost/kit";
import type { Attempt, NotificationEvent } from "../domain/notification-event.ts";
import { abandonedAt } from "../domain/retry.ts";
import type { NotificationTables } from "./tables.ts";

type Db = Transaction<NotificationTables>;
type Row = NotificationTables["notification_channels"];

/** As its column has it; an enhanced status code has nine characters at most. */
const LONGEST_CODE = 20;

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
        const nothing = { attempts: 0, earlier_attempts: 0, code: null, suppressed_by: null, sent_ms: null };
        await db
          .insertInto("notification_channels")
          .values({ notification_id: id, channel, ...open, ...nothing })
          .execute();
      }
      return;
    case "channel-accepted":
      return await set(event.data.channel, { state: "pending", due_at: abandonedAt(at) });
    case "channel-held":
      return await set(event.data.channel, { state: "held", due_at: event.data.until });
    case "channel-begun":
      return await set(event.data.channel, { due_at: event.data.until });
    case "channel-suppressed":
      return await set(event.data.channel, {
        state: "suppressed",
        due_at: null,
        suppressed_by: event.data.cause,
      });
    case "channel-sent":
      return await set(event.data.channel, {
        ...answered("sent", event.data),
        message_id: event.data.messageId,
        sent_ms: await sinceAsked(db, id, at),
      });
    case "channel-deferred":
      return await set(event.data.channel, {
        ...answered("pending", event.data),
        due_at: event.data.retryAt,
      });
    case "channel-failed":
      return await set(event.data.channel, answered("failed", event.data));
    case "channel-confirmed":
      return await set(event.data.channel, answered("delivered", event.data));
    case "reopened":
      await db
        .updateTable("notification_channels")
        .set((eb) => ({
          state: "pending",
          due_at: abandonedAt(at),
          earlier_attempts: eb("earlier_attempts", "+", eb.ref("attempts")),
          attempts: 0,
          code: null,
        }))
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

function answered(state: Row["state"], { attempt, code }: Attempt): Partial<Row> {
  return { state, due_at: null, attempts: attempt, code: code.slice(0, LONGEST_CODE) };
}

/** A clock that was set back makes no time negative. */
async function sinceAsked(db: Db, id: string, at: string): Promise<number> {
  const { requested_at } = await db
    .selectFrom("notification_deliveries")
    .select("requested_at")
    .where("notification_id", "=", id)
    .executeTakeFirstOrThrow();
  return Math.max(0, Date.parse(at) - Date.parse(requested_at));
}
