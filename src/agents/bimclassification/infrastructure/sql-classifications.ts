import { anyOf, decideOn, fold, loadState } from "agents-apphost/kit";
import type { AgentKit, HandlerContext, UnitOfWork } from "agents-apphost/kit";
import { z } from "zod";
import { announce } from "../application/announcements.ts";
import type {
  ClassificationHistory,
  Classifications,
  ElementPage,
  ElementRow,
  Outcome,
  Run,
  Work,
} from "../application/ports.ts";
import type { ClassificationEvent } from "../domain/classification-event.ts";
import { classification, TransitionRefused } from "../domain/decide.ts";
import type { AppliedCode } from "../domain/ifc/write-references.ts";
import { classificationCodec } from "./classification-codec.ts";
import { keyOf, streamOf } from "./element-list.ts";
import type { BimTables } from "./tables.ts";

type Kit = Pick<AgentKit<BimTables>, "db" | "events" | "transact">;

const code = z.object({ system: z.string(), edition: z.string(), code: z.string(), title: z.string() });

/** Classifications as event streams in SQL, with a list of the elements beside. */
export class SqlClassifications implements Classifications {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  async load(elementId: string): Promise<ClassificationHistory> {
    const recorded = await this.#kit.events(classificationCodec).read(streamOf(elementId));
    const state = fold(
      classification,
      recorded.map(({ event }) => event),
    );
    const history = recorded.map(({ recordedAt, event, metadata }) => ({
      time: recordedAt,
      correlationId: metadata["correlationId"] ?? null,
      event,
    }));
    return { elementId, version: recorded.at(-1)?.version ?? 0, state, history };
  }

  record(ctx: HandlerContext, work: readonly Work[], run?: Run): Promise<readonly Outcome[]> {
    return this.#kit.transact(ctx, async (tx) => {
      const outcomes: Outcome[] = [];
      for (const each of work) outcomes.push(await this.#decideAll(tx, ctx, each));
      announce(tx.emit, outcomes, run);
      return outcomes;
    });
  }

  async list(filter: {
    readonly at: readonly ElementRow["at"][];
    readonly limit: number;
    readonly after?: string;
  }): Promise<ElementPage> {
    let rows = this.#kit.db
      .selectFrom("bimclassification_elements")
      .selectAll()
      .where("state", "in", filter.at)
      .orderBy("imported_at")
      .orderBy("element_key")
      .limit(filter.limit + 1);
    if (filter.after !== undefined) {
      const { time, key } = readCursor(filter.after);
      rows = rows.where((eb) =>
        eb.or([
          eb("imported_at", ">", time),
          eb.and([eb("imported_at", "=", time), eb("element_key", ">", key)]),
        ]),
      );
    }
    const found = await rows.execute();
    const shown = found.slice(0, filter.limit);
    const last = shown.at(-1);
    const more = found.length > filter.limit && last !== undefined;
    return { items: shown.map(toRow), next: more ? `${last.imported_at}_${last.element_key}` : null };
  }

  async applied(elementIds: readonly string[]): Promise<readonly AppliedCode[]> {
    const rows = await this.#kit.db
      .selectFrom("bimclassification_elements")
      .select(["element_id", "code"])
      .where("element_key", "in", anyOf(elementIds.map(keyOf)))
      .where("state", "=", "applied")
      .orderBy("element_key")
      .execute();
    return rows.flatMap((row) =>
      row.code === null ? [] : [{ elementId: row.element_id, code: code.parse(JSON.parse(row.code)) }],
    );
  }

  async #decideAll(
    tx: UnitOfWork<BimTables>,
    ctx: HandlerContext,
    { elementId, commands }: Work,
  ): Promise<Outcome> {
    const store = tx.events(classificationCodec);
    const stream = streamOf(elementId);
    const events: ClassificationEvent[] = [];
    let { state, version } = await loadState(store, classification, stream);
    for (const [index, command] of commands.entries()) {
      // What a request expects of the element is meant of the element as it was before.
      const precondition = index === 0 ? ctx.precondition : undefined;
      const decided = await decideOn(
        store,
        classification,
        stream,
        command,
        precondition ? { precondition } : {},
      );
      ({ state, version } = decided);
      events.push(...decided.events);
    }
    if (state.at === "none") throw new TransitionRefused("the element was never imported", state.at);
    return { elementId, version, state, events };
  }
}

function readCursor(after: string): { readonly time: string; readonly key: string } {
  const at = after.indexOf("_");
  return { time: after.slice(0, at), key: after.slice(at + 1) };
}

function toRow(row: BimTables["bimclassification_elements"]): ElementRow {
  return {
    elementId: row.element_id,
    ifcClass: row.ifc_class,
    name: row.name,
    at: row.state,
    code: row.code === null ? null : code.parse(JSON.parse(row.code)).code,
    confidence: row.confidence,
    agreement: row.agreement,
    source: row.source,
    importedAt: row.imported_at,
    updatedAt: row.updated_at,
  };
}
