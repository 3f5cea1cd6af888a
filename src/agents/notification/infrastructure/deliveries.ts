import type { Projection, Transaction } from "agents-apphost/kit";
import type { NotificationEvent } from "../domain/notification-event.ts";
import { notificationCodec } from "./notification-codec.ts";
import type { NotificationTables } from "./tables.ts";

const STREAM = "notification-";

/** The stream of one notification. */
export function streamOf(id: string): string {
  return STREAM + id;
}

/** The list of deliveries, made from the streams of the notifications. */
export const deliveries: Projection<NotificationTables, NotificationEvent> = {
  name: "deliveries",
  version: 1,
  streams: STREAM,
  codec: notificationCodec,
  clear: async (db) => void (await db.deleteFrom("notification_deliveries").execute()),
  apply: async (db, { streamId, recordedAt, event, metadata }) => {
    const id = streamId.slice(STREAM.length);
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
      case "sent":
      case "failed":
        return await move(db, id, event.type, recordedAt);
      case "channel-confirmed":
        return await move(db, id, "delivered", recordedAt);
      case "channel-sent":
      case "channel-deferred":
      case "channel-failed":
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
  failed: ["rendered", "sent"],
  delivered: ["sent"],
};

async function move(
  db: Transaction<NotificationTables>,
  id: string,
  state: State,
  at: string,
): Promise<void> {
  await db
    .updateTable("notification_deliveries")
    .set({ state, updated_at: at })
    .where("notification_id", "=", id)
    .where("state", "in", FROM[state] ?? [])
    .execute();
}
