import { anyOf, cutPage } from "agents-apphost/kit";
import type { Kysely, Page } from "agents-apphost/kit";
import type { ElementFilter, ElementList, ElementRow, PagePart } from "../application/ports.ts";
import type { AppliedCode } from "../domain/ifc/write-references.ts";
import { codeColumn, readCodeColumn } from "./code-column.ts";
import { keyOf } from "./element-list.ts";
import type { BimTables } from "./tables.ts";

/** The list of elements in SQL, as its projection makes it. */
export class SqlElementList implements ElementList {
  readonly #db: Kysely<BimTables>;

  constructor(db: Kysely<BimTables>) {
    this.#db = db;
  }

  async page(filter: ElementFilter, { limit, after }: PagePart): Promise<Page<ElementRow>> {
    let rows = this.#matching(filter)
      .selectAll()
      .orderBy("imported_at")
      .orderBy("element_key")
      .limit(limit + 1);
    if (after !== undefined) {
      const [time, key] = after;
      rows = rows.where((eb) =>
        eb.or([
          eb("imported_at", ">", time),
          eb.and([eb("imported_at", "=", time), eb("element_key", ">", key)]),
        ]),
      );
    }
    const { items, next } = cutPage(await rows.execute(), limit, (row) => [row.imported_at, row.element_key]);
    return { items: items.map(toRow), next };
  }

  async count(filter: ElementFilter): Promise<number> {
    const row = await this.#matching(filter)
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    return row.count;
  }

  async applied(elementIds: readonly string[]): Promise<readonly AppliedCode[]> {
    const rows = await this.#db
      .selectFrom("bimclassification_elements")
      .select(["element_id", "code"])
      .where("element_key", "in", anyOf(elementIds.map(keyOf)))
      .where("state", "=", "applied")
      .orderBy("element_key")
      .execute();
    return rows.flatMap((row) =>
      row.code === null ? [] : [{ elementId: row.element_id, code: readCodeColumn(row.code) }],
    );
  }

  #matching({ at, code, confidenceAtLeast, agreement, ifcClass, source }: ElementFilter) {
    let rows = this.#db.selectFrom("bimclassification_elements").where("state", "in", at);
    if (code !== undefined) rows = rows.where("code", "=", codeColumn(code));
    if (confidenceAtLeast !== undefined) rows = rows.where("confidence", ">=", confidenceAtLeast);
    if (agreement !== undefined) rows = rows.where("agreement", "in", agreement);
    if (ifcClass !== undefined) rows = rows.where("ifc_class", "=", ifcClass);
    if (source !== undefined) rows = rows.where("source", "=", source);
    return rows;
  }
}

function toRow(row: BimTables["bimclassification_elements"]): ElementRow {
  return {
    elementId: row.element_id,
    version: row.version,
    ifcClass: row.ifc_class,
    name: row.name,
    at: row.state,
    code: row.code === null ? null : readCodeColumn(row.code).code,
    suggestionId: row.suggestion_id,
    confidence: row.confidence,
    agreement: row.agreement,
    source: row.source,
    importedAt: row.imported_at,
    updatedAt: row.updated_at,
  };
}
