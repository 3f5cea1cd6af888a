import type { Migration } from "agents-apphost/kit";
import type { DeliveryRow } from "../application/ports.ts";

/** The agent's own tables. The streams are the truth; `notification_deliveries` is a list made from them. */
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
};
