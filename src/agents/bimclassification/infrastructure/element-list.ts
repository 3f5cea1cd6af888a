import { nameBasedId } from "agents-apphost/kit";
import type { Projection, Transaction } from "agents-apphost/kit";
import type { ClassificationEvent } from "../domain/classification-event.ts";
import { classificationCodec } from "./classification-codec.ts";
import { codeColumn } from "./code-column.ts";
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
  version: 2,
  streams: STREAM,
  codec: classificationCodec,
  clear: async (db) => void (await db.deleteFrom("bimclassification_elements").execute()),
  apply: async (db, { streamId, recordedAt, version, event }) => {
    const key = streamId.slice(STREAM.length);
    if (event.type !== "imported") return await change(db, key, event, { version, updated_at: recordedAt });
    const { element, source } = event.data;
    await db
      .insertInto("bimclassification_elements")
      .values({
        element_key: key,
        element_id: element.id,
        ifc_class: element.ifcClass,
        name: element.name,
        source,
        ...UNCLASSIFIED,
        imported_at: recordedAt,
        updated_at: recordedAt,
        version,
      })
      .execute();
  },
};

const UNCLASSIFIED = {
  state: "unclassified",
  code: null,
  suggestion_id: null,
  confidence: null,
  agreement: null,
} as const satisfies Partial<Row>;

/** What an event changes in the row, and in which states, as the domain's `evolve` has it. */
async function change(
  db: Transaction<BimTables>,
  key: string,
  event: Exclude<ClassificationEvent, { type: "imported" }>,
  seen: Pick<Row, "version" | "updated_at">,
): Promise<void> {
  const set = async (values: Partial<Row>, from: readonly Row["state"][]): Promise<void> => {
    await db
      .updateTable("bimclassification_elements")
      .set({ ...values, ...seen })
      .where("element_key", "=", key)
      .where("state", "in", from)
      .execute();
  };
  switch (event.type) {
    case "facts-changed": {
      const { ifcClass, name } = event.data.element;
      await set({ ifc_class: ifcClass, name, source: event.data.source }, ALL);
      return await set(UNCLASSIFIED, OPEN);
    }
    case "suggested": {
      const { suggestionId: suggestion_id, suggestion } = event.data;
      const { confidence, agreement } = suggestion;
      const code = codeColumn(suggestion.code);
      return await set({ state: "suggested", code, suggestion_id, confidence, agreement }, OPEN);
    }
    case "approved":
      return await set({ state: "approved", code: codeColumn(event.data.code) }, ["suggested"]);
    case "rejected":
      return await set({ state: "rejected", code: null }, ["suggested"]);
    case "overridden": {
      const code = codeColumn(event.data.code);
      return await set({ state: "approved", code, confidence: null, agreement: null }, ALL);
    }
    case "applied":
      return await set({ state: "applied" }, ["approved"]);
    default:
      event satisfies never;
  }
}

const OPEN = ["unclassified", "suggested", "rejected"] as const;
const ALL = [...OPEN, "approved", "applied"] as const;
