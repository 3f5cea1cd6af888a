import { anyOf } from "agents-apphost/kit";
import type { AgentKit, HandlerContext } from "agents-apphost/kit";
import type { PageOf, SpecPage, SpecRow, Specs, StoredSpec } from "../application/ports.ts";
import { specGenerated, specGeneratedPayload } from "../events.ts";
import type { SpecGeneratedPayload } from "../events.ts";
import type { TestPlanningTables } from "./tables.ts";

type Kit = Pick<AgentKit<TestPlanningTables>, "db" | "transact" | "clock">;

/** Specs in SQL; a spec and its event commit together. */
export class SqlSpecs implements Specs {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  async publish(ctx: HandlerContext, specs: readonly SpecGeneratedPayload[]): Promise<void> {
    const now = this.#kit.clock().toISOString();
    await this.#kit.transact(ctx, async (tx) => {
      for (const spec of specs) {
        // A command that is run again after a crash has done this already.
        const found = tx.db
          .selectFrom("testplanning_specs")
          .select("spec_id")
          .where("spec_id", "=", spec.specId);
        if ((await found.executeTakeFirst()) !== undefined) continue;
        await tx.db.insertInto("testplanning_specs").values(toRowOf(spec, now)).execute();
        tx.emit(specGenerated, spec, { subject: `specs/${spec.specId}` });
      }
    });
  }

  async find(specId: string): Promise<StoredSpec | null> {
    const row = await this.#kit.db
      .selectFrom("testplanning_specs")
      .select(["payload", "created_at"])
      .where("spec_id", "=", specId)
      .executeTakeFirst();
    if (row === undefined) return null;
    return { spec: specGeneratedPayload.parse(JSON.parse(row.payload)), createdAt: row.created_at };
  }

  async list(page: PageOf): Promise<SpecPage> {
    const { found, next } = await this.#rows(page);
    return { items: found.map(toRow), next };
  }

  async page(page: PageOf): Promise<{ readonly items: readonly StoredSpec[]; readonly next: string | null }> {
    const { found, next } = await this.#rows(page);
    return {
      items: found.map(({ payload, created_at }) => ({
        spec: specGeneratedPayload.parse(JSON.parse(payload)),
        createdAt: created_at,
      })),
      next,
    };
  }

  async newestOf(requirementIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#kit.db
      .selectFrom("testplanning_specs")
      .select(["requirement_id", "spec_id"])
      .where("requirement_id", "in", anyOf(requirementIds))
      .orderBy("created_at")
      .orderBy("spec_id")
      .execute();
    return new Map(rows.map((row) => [row.requirement_id, row.spec_id]));
  }

  /** The newest first; the cursor is the time and the id of the last row of a page. */
  async #rows({ limit, before }: PageOf): Promise<{
    readonly found: readonly TestPlanningTables["testplanning_specs"][];
    readonly next: string | null;
  }> {
    let rows = this.#kit.db
      .selectFrom("testplanning_specs")
      .selectAll()
      .orderBy("created_at", "desc")
      .orderBy("spec_id", "desc")
      .limit(limit + 1);
    if (before !== undefined) {
      const [time = "", ...rest] = before.split("_");
      const id = rest.join("_");
      rows = rows.where((eb) =>
        eb.or([eb("created_at", "<", time), eb.and([eb("created_at", "=", time), eb("spec_id", "<", id)])]),
      );
    }
    const found = await rows.execute();
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const next = found.length > limit && last !== undefined ? `${last.created_at}_${last.spec_id}` : null;
    return { found: items, next };
  }
}

function toRowOf(spec: SpecGeneratedPayload, now: string): TestPlanningTables["testplanning_specs"] {
  return {
    spec_id: spec.specId,
    requirement_id: spec.requirementId,
    requirement: spec.requirement,
    testable: spec.testable ? 1 : 0,
    cases: spec.cases.length,
    payload: JSON.stringify(spec),
    created_at: now,
  };
}

function toRow(row: TestPlanningTables["testplanning_specs"]): SpecRow {
  return {
    specId: row.spec_id,
    requirementId: row.requirement_id,
    requirement: row.requirement,
    testable: row.testable === 1,
    cases: row.cases,
    createdAt: row.created_at,
  };
}
