import { nameBasedId } from "agents-apphost/kit";
import type { Projection, Transaction } from "agents-apphost/kit";
import type { ClassificationEvent } from "../domain/classification-event.ts";
import type { ClassificationCode } from "../domain/codes/code-table.ts";
import { classificationCodec } from "./classification-codec.ts";
import type { BimTables } from "./tables.ts";

/** Namespace of the keys of elements; made up once, and never to be changed. */
const ELEMENTS = "5e0b6a52-8f4d-4c2a-9a6e-2c1d7b3f9e84";
const STREAM = "element-";

/** The key of an element: GlobalIds tell cases apart, and a database may not. */
export function keyOf(elementId: string): string {
  return nameBasedId(ELEMENTS, elementId);
}

/** The stream of one element. */
export function streamOf(elementId: string): string {
  return STREAM + keyOf(elementId);
}

type Row = BimTables["bimclassification_elements"];

/** The list of elements, made from their streams. */
export const elementList: Projection<BimTables, ClassificationEvent> = {
  name: "elements",
  version: 1,
  streams: STREAM,
  codec: classificationCodec,
  clear: async (db) => void (await db.deleteFrom("bimclassification_elements").execute()),
  apply: async (db, { streamId, recordedAt, event }) => {
    const key = streamId.slice(STREAM.length);
    if (event.type === "imported") {
      const { element, source } = event.data;
      const row = {
        element_key: key,
        element_id: element.id,
        ifc_class: element.ifcClass,
        name: element.name,
        source,
      };
      const open = { state: "unclassified", code: null, confidence: null, agreement: null } as const;
      await db
        .insertInto("bimclassification_elements")
        .values({ ...row, ...open, imported_at: recordedAt, updated_at: recordedAt })
        .execute();
      return;
    }
    await change(db, key, event, recordedAt);
  },
};

/** What an event changes in the row, and in which states, as the domain's `evolve` has it. */
async function change(
  db: Transaction<BimTables>,
  key: string,
  event: Exclude<ClassificationEvent, { type: "imported" }>,
  at: string,
): Promise<void> {
  switch (event.type) {
    case "facts-changed": {
      const { ifcClass, name } = event.data.element;
      const facts = { ifc_class: ifcClass, name, source: event.data.source };
      await set(db, key, at, facts, ALL);
      const open = { state: "unclassified", code: null, confidence: null, agreement: null } as const;
      return await set(db, key, at, open, OPEN);
    }
    case "suggested": {
      const { code, confidence, agreement } = event.data.suggestion;
      return await set(db, key, at, { state: "suggested", code: written(code), confidence, agreement }, OPEN);
    }
    case "approved":
      return await set(db, key, at, { state: "approved", code: written(event.data.code) }, ["suggested"]);
    case "rejected":
      return await set(db, key, at, { state: "rejected", code: null }, ["suggested"]);
    case "overridden": {
      const by = { confidence: null, agreement: null };
      return await set(db, key, at, { state: "approved", code: written(event.data.code), ...by }, ALL);
    }
    case "applied":
      return await set(db, key, at, { state: "applied" }, ["approved"]);
    default:
      event satisfies never;
  }
}

const OPEN = ["unclassified", "suggested", "rejected"] as const;
const ALL = [...OPEN, "approved", "applied"] as const;

async function set(
  db: Transaction<BimTables>,
  key: string,
  at: string,
  values: Partial<Row>,
  from: readonly Row["state"][],
): Promise<void> {
  await db
    .updateTable("bimclassification_elements")
    .set({ ...values, updated_at: at })
    .where("element_key", "=", key)
    .where("state", "in", from)
    .execute();
}

function written({ system, edition, code, title }: ClassificationCode): string {
  return JSON.stringify({ system, edition, code, title });
}
