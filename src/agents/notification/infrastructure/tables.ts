import type { Migration } from "agents-apphost/kit";
import type { DeliveryRow } from "../application/ports.ts";
import type { ChannelState } from "../domain/notification.ts";
import type { SuppressedBy } from "../domain/suppressed-by.ts";
import type { SuppressionReason } from "../domain/suppression.ts";

/** The agent's own tables. The streams are the truth; all of these are made from them. */
export interface NotificationTables {
  notification_deliveries: {
    notification_id: string;
    state: DeliveryRow["at"];
    recipient: string;
    subject: string;
    priority: DeliveryRow["priority"];
    correlation_id: string;
    requested_at: string;
    updated_at: string;
  };
  /** The channels of each notification: what is due when, under which id the outside knows it, and what came of it. */
  notification_channels: {
    notification_id: string;
    channel: string;
    state: ChannelState["at"];
    /** Null where nothing is to be done. */
    due_at: string | null;
    message_id: string | null;
    /** Since it was asked for, or opened again. */
    attempts: number;
    /** Before it was opened again. */
    earlier_attempts: number;
    /** The last answer; null where none came since then. */
    code: string | null;
    suppressed_by: SuppressedBy | null;
    /** Milliseconds from asked to sent; null where it never was. */
    sent_ms: number | null;
  };
  notification_suppressions: {
    address: string;
    reason: SuppressionReason;
    since: string;
    expires_at: string | null;
    note: string | null;
    notification_id: string | null;
  };
}

/** Add to them; never change one that was released. */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001_deliveries": {
    async up(db) {
      await db.schema
        .createTable("notification_deliveries")
        .addColumn("notification_id", "varchar(36)", (column) => column.primaryKey())
        .addColumn("state", "varchar(20)", (column) => column.notNull())
        .addColumn("recipient", "varchar(400)", (column) => column.notNull())
        .addColumn("subject", "varchar(400)", (column) => column.notNull())
        .addColumn("priority", "varchar(10)", (column) => column.notNull())
        .addColumn("correlation_id", "varchar(100)", (column) => column.notNull())
        .addColumn("requested_at", "varchar(30)", (column) => column.notNull())
        .addColumn("updated_at", "varchar(30)", (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex("notification_deliveries_newest")
        .on("notification_deliveries")
        .columns(["requested_at", "notification_id"])
        .execute();
    },
  },
  "0002_channels_and_suppressions": {
    async up(db) {
      await db.schema
        .createTable("notification_channels")
        .addColumn("notification_id", "varchar(36)", (column) => column.notNull())
        .addColumn("channel", "varchar(40)", (column) => column.notNull())
        .addColumn("state", "varchar(20)", (column) => column.notNull())
        .addColumn("due_at", "varchar(30)")
        .addColumn("message_id", "varchar(255)")
        .addPrimaryKeyConstraint("notification_channels_key", ["notification_id", "channel"])
        .execute();
      await db.schema
        .createIndex("notification_channels_due")
        .on("notification_channels")
        .columns(["due_at"])
        .execute();
      await db.schema
        .createIndex("notification_channels_message")
        .on("notification_channels")
        .columns(["channel", "message_id"])
        .execute();
      await db.schema
        .createTable("notification_suppressions")
        .addColumn("address", "varchar(320)", (column) => column.primaryKey())
        .addColumn("reason", "varchar(20)", (column) => column.notNull())
        .addColumn("since", "varchar(30)", (column) => column.notNull())
        .addColumn("expires_at", "varchar(30)")
        .addColumn("note", "text")
        .addColumn("notification_id", "varchar(36)")
        .execute();
    },
  },
  // Empty until the projection is made again, which its new version asks for.
  "0003_outcomes": {
    async up(db) {
      const channels = db.schema.alterTable("notification_channels");
      await channels.addColumn("attempts", "integer").execute();
      await channels.addColumn("earlier_attempts", "integer").execute();
      await channels.addColumn("code", "varchar(20)").execute();
      await channels.addColumn("suppressed_by", "varchar(20)").execute();
      await channels.addColumn("sent_ms", "bigint").execute();
    },
  },
};
