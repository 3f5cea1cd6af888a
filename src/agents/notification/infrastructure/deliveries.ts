import type { Projection, Transaction } from "agents-apphost/kit";
import type { NotificationEvent } from "../domain/notification-event.ts";
import { applyToChannels } from "./channel-rows.ts";
import { notificationCodec } from "./notification-codec.ts";
import type { NotificationTables } from "./tables.ts";

const STREAM = "notification-";

/** The stream of one notification. */
export function streamOf(id: string): string {
  return STREAM + id;
}

/** The list of deliveries and of their channels, made from the streams of the notifications. */
export const deliveries: Projection<NotificationTables, NotificationEvent> = {
  name: "deliveries",
  version: 3,
  streams: STREAM,
  codec: notificationCodec,
  clear: async (db) => {
    await db.deleteFrom("notification_deliveries").execute();
    await db.deleteFrom("notification_channels").execute();
  },
  apply: async (db, { streamId, recordedAt, event, metadata }) => {
    const id = streamId.slice(STREAM.length);
    await applyToChannels(db, id, event, recordedAt);
    switch (event.type) {
      case "requested": {
        const { recipient, subject, priority } = event.data;
        const correlation_id = metadata["correlationId"] ?? "";
        const row = { notification_id: id, state: "requested", recipient, subject, priority } as const;
        await db
          .insertInto("notification_deliveries")
          .values({ ...row, correlation_id, requested_at: recordedAt, updated_at: recordedAt })
          .execute();
        return;
      }
      case "rendered":
      case "failed":
      case "suppressed":
        return await move(db, id, event.type, recordedAt);
      case "sent":
        return await move(db, id, (await isConfirmed(db, id)) ? "delivered" : "sent", recordedAt);
      case "channel-confirmed":
        return await move(db, id, "delivered", recordedAt, ["sent"]);
      case "reopened":
        return await move(db, id, "rendered", recordedAt, ["failed"]);
      case "channel-accepted":
      case "channel-held":
      case "channel-suppressed":
      case "channel-begun":
      case "channel-sent":
      case "channel-deferred":
      case "channel-failed":
      case "channel-complained":
        return;
      default:
        event satisfies never;
    }
  },
};

type State = NotificationTables["notification_deliveries"]["state"];

/** From which states a notification gets into another, as its `evolve` has it. */
const FROM: Partial<Record<State, readonly State[]>> = {
  rendered: ["requested"],
  sent: ["rendered"],
  delivered: ["rendered"],
  failed: ["rendered", "sent"],
  suppressed: ["rendered"],
};

async function move(
  db: Transaction<NotificationTables>,
  id: string,
  state: State,
  at: string,
  from: readonly State[] = FROM[state] ?? [],
): Promise<void> {
  await db
    .updateTable("notification_deliveries")
    .set({ state, updated_at: at })
    .where("notification_id", "=", id)
    .where("state", "in", from)
    .execute();
}

/** A receipt may come before the last channel is through. */
async function isConfirmed(db: Transaction<NotificationTables>, id: string): Promise<boolean> {
  const row = await db
    .selectFrom("notification_channels")
    .select("channel")
    .where("notification_id", "=", id)
    .where("state", "=", "delivered")
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
