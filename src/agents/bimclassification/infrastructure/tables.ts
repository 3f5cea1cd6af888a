import type { Migration } from "agents-apphost/kit";
import type { ElementRow } from "../application/ports.ts";

/** The agent's own tables. The streams are the truth; `bimclassification_elements` is a list made from them. */
export interface BimTables {
  bimclassification_elements: {
    /** Name-based UUID of the element's id: the id of an element tells cases apart, a database may not. */
    element_key: string;
    element_id: string;
    ifc_class: string;
    name: string | null;
    state: ElementRow["at"];
    /** The code that stands for the element now, as JSON. */
    code: string | null;
    suggestion_id: string | null;
    confidence: number | null;
    agreement: ElementRow["agreement"];
    source: string;
    imported_at: string;
    updated_at: string;
    /** Of the element's stream. */
    version: number;
  };
  /** What a command chose to be about: when it comes again after a crash, it is about the same elements. */
  bimclassification_works: {
    work_id: string;
    /** JSON. */
    element_ids: string;
    created_at: string;
  };
}

/** Add to them; never change one that was released. */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001_elements": {
    async up(db) {
      await db.schema
        .createTable("bimclassification_elements")
        .addColumn("element_key", "varchar(36)", (column) => column.primaryKey())
        .addColumn("element_id", "varchar(400)", (column) => column.notNull())
        .addColumn("ifc_class", "varchar(100)", (column) => column.notNull())
        .addColumn("name", "text")
        .addColumn("state", "varchar(20)", (column) => column.notNull())
        .addColumn("code", "text")
        .addColumn("confidence", "real")
        .addColumn("agreement", "varchar(20)")
        .addColumn("source", "varchar(400)", (column) => column.notNull())
        .addColumn("imported_at", "varchar(30)", (column) => column.notNull())
        .addColumn("updated_at", "varchar(30)", (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex("bimclassification_elements_state")
        .on("bimclassification_elements")
        .columns(["state", "imported_at", "element_key"])
        .execute();
    },
  },
  // Empty until the projection is made again, which its new version asks for.
  "0002_seen": {
    async up(db) {
      const elements = db.schema.alterTable("bimclassification_elements");
      await elements.addColumn("suggestion_id", "varchar(36)").execute();
      await elements.addColumn("version", "integer").execute();
    },
  },
  "0003_works": {
    async up(db) {
      await db.schema
        .createTable("bimclassification_works")
        .addColumn("work_id", "varchar(36)", (column) => column.primaryKey())
        .addColumn("element_ids", "text", (column) => column.notNull())
        .addColumn("created_at", "varchar(30)", (column) => column.notNull())
        .execute();
    },
  },
};
