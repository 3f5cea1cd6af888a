import type { Migration } from "agents-apphost/kit";

/** The agent's own tables. */
export interface DevopsTables {
  devops_sprints: { report_id: string; name: string; payload: string; created_at: string };
  devops_issues: {
    issue_id: string;
    state: string;
    version: number;
    /** The issue as JSON. */
    issue: string;
    created_at: string;
    updated_at: string;
  };
  devops_held_issues: {
    issue_id: string;
    /** The issue, and the flow that it belongs to, as JSON. */
    issue: string;
    lineage: string;
    correlation_id: string;
    reason: string;
    attempts: number;
    due_at: string;
    created_at: string;
  };
  devops_runs: { run_id: string; repository: string; run: string; created_at: string };
  devops_signals: { event_id: string; kind: string; subject: string; text: string; created_at: string };
}

/** Add to them; never change one that was released. */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001_devops": {
    async up(db) {
      await db.schema
        .createTable("devops_sprints")
        .addColumn("report_id", "varchar(36)", (column) => column.primaryKey())
        .addColumn("name", "varchar(400)", (column) => column.notNull())
        .addColumn("payload", "text", (column) => column.notNull())
        .addColumn("created_at", "varchar(30)", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("devops_issues")
        .addColumn("issue_id", "varchar(36)", (column) => column.primaryKey())
        .addColumn("state", "varchar(10)", (column) => column.notNull())
        .addColumn("version", "integer", (column) => column.notNull())
        .addColumn("issue", "text", (column) => column.notNull())
        .addColumn("created_at", "varchar(30)", (column) => column.notNull())
        .addColumn("updated_at", "varchar(30)", (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex("devops_issues_newest")
        .on("devops_issues")
        .columns(["created_at", "issue_id"])
        .execute();
      await db.schema
        .createTable("devops_runs")
        .addColumn("run_id", "varchar(36)", (column) => column.primaryKey())
        .addColumn("repository", "varchar(400)", (column) => column.notNull())
        .addColumn("run", "text", (column) => column.notNull())
        .addColumn("created_at", "varchar(30)", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("devops_signals")
        .addColumn("event_id", "varchar(100)", (column) => column.primaryKey())
        .addColumn("kind", "varchar(20)", (column) => column.notNull())
        .addColumn("subject", "varchar(400)", (column) => column.notNull())
        .addColumn("text", "text", (column) => column.notNull())
        .addColumn("created_at", "varchar(30)", (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex("devops_signals_newest")
        .on("devops_signals")
        .columns(["created_at", "event_id"])
        .execute();
    },
  },
  "0002_held_issues": {
    async up(db) {
      await db.schema
        .createTable("devops_held_issues")
        .addColumn("issue_id", "varchar(36)", (column) => column.primaryKey())
        .addColumn("issue", "text", (column) => column.notNull())
        .addColumn("lineage", "text", (column) => column.notNull())
        .addColumn("correlation_id", "varchar(100)", (column) => column.notNull())
        .addColumn("reason", "text", (column) => column.notNull())
        .addColumn("attempts", "integer", (column) => column.notNull())
        .addColumn("due_at", "varchar(30)", (column) => column.notNull())
        .addColumn("created_at", "varchar(30)", (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex("devops_held_issues_flow")
        .on("devops_held_issues")
        .column("correlation_id")
        .execute();
      await db.schema
        .createIndex("devops_held_issues_due")
        .on("devops_held_issues")
        .column("due_at")
        .execute();
      await db.schema
        .createIndex("devops_held_issues_newest")
        .on("devops_held_issues")
        .columns(["created_at", "issue_id"])
        .execute();
    },
  },
};
