import type { Migration } from "agents-apphost/kit";

/**
 * The agent's own tables. `payload` holds the published event's payload as JSON; the rest is for finding it. Approvals are
 * made from their streams.
 */
export interface TestPlanningTables {
  testplanning_specs: {
    spec_id: string;
    requirement_id: string;
    requirement: string;
    testable: number;
    cases: number;
    payload: string;
    created_at: string;
  };
  testplanning_strategies: { strategy_id: string; name: string; payload: string; created_at: string };
  testplanning_coverage: {
    coverage_id: string;
    spec_id: string | null;
    artefact_id: string | null;
    payload: string;
    created_at: string;
  };
  testplanning_approvals: {
    spec_id: string;
    /** Counted from 1, in the order in which they came. */
    place: number;
    approved_by: string;
    note: string | null;
    approved_at: string;
  };
}

/** Add to them; never change one that was released. */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001_specs": {
    async up(db) {
      await db.schema
        .createTable("testplanning_specs")
        .addColumn("spec_id", "varchar(100)", (column) => column.primaryKey())
        .addColumn("requirement_id", "varchar(100)", (column) => column.notNull())
        .addColumn("requirement", "text", (column) => column.notNull())
        .addColumn("testable", "integer", (column) => column.notNull())
        .addColumn("cases", "integer", (column) => column.notNull())
        .addColumn("payload", "text", (column) => column.notNull())
        .addColumn("created_at", "varchar(30)", (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex("testplanning_specs_newest")
        .on("testplanning_specs")
        .columns(["created_at", "spec_id"])
        .execute();
      await db.schema
        .createTable("testplanning_strategies")
        .addColumn("strategy_id", "varchar(100)", (column) => column.primaryKey())
        .addColumn("name", "varchar(400)", (column) => column.notNull())
        .addColumn("payload", "text", (column) => column.notNull())
        .addColumn("created_at", "varchar(30)", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("testplanning_coverage")
        .addColumn("coverage_id", "varchar(100)", (column) => column.primaryKey())
        .addColumn("spec_id", "varchar(100)")
        .addColumn("artefact_id", "varchar(100)")
        .addColumn("payload", "text", (column) => column.notNull())
        .addColumn("created_at", "varchar(30)", (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex("testplanning_coverage_of_spec")
        .on("testplanning_coverage")
        .columns(["spec_id", "created_at"])
        .execute();
    },
  },
  "0002_approvals": {
    async up(db) {
      await db.schema
        .createTable("testplanning_approvals")
        .addColumn("spec_id", "varchar(100)", (column) => column.notNull())
        .addColumn("place", "integer", (column) => column.notNull())
        .addColumn("approved_by", "varchar(100)", (column) => column.notNull())
        .addColumn("note", "text")
        .addColumn("approved_at", "varchar(30)", (column) => column.notNull())
        .addPrimaryKeyConstraint("testplanning_approvals_key", ["spec_id", "place"])
        .execute();
    },
  },
};
