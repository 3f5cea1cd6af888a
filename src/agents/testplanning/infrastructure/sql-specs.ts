import { anyOf, cutPage } from "agents-apphost/kit";
import type { AgentKit, HandlerContext, Page } from "agents-apphost/kit";
import type { Approval, PageFilter, SpecFilter, SpecRow, Specs, StoredSpec } from "../application/ports.ts";
import { specGenerated, specGeneratedPayload } from "../events.ts";
import type { SpecGeneratedPayload } from "../events.ts";
import { approvalsOf } from "./sql-approvals.ts";
import type { TestPlanningTables } from "./tables.ts";

type Row = TestPlanningTables["testplanning_specs"];
type ApprovalsBySpec = ReadonlyMap<string, readonly Approval[]>;
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
      .selectAll()
      .where("spec_id", "=", specId)
      .executeTakeFirst();
    return row === undefined ? null : toStored(row, await approvalsOf(this.#kit.db, [specId]));
  }

  async list(filter: SpecFilter): Promise<Page<SpecRow>> {
    const { items, next } = await this.#rows(filter);
    const approvals = await this.#approvalsOf(items);
    return { items: items.map((row) => toRow(row, approvals)), next };
  }

  async page(filter: PageFilter): Promise<Page<StoredSpec>> {
    const { items, next } = await this.#rows(filter);
    const approvals = await this.#approvalsOf(items);
    return { items: items.map((row) => toStored(row, approvals)), next };
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

  async #rows({ limit, after, approved }: SpecFilter): Promise<Page<Row>> {
    let rows = this.#kit.db
      .selectFrom("testplanning_specs")
      .selectAll()
      .orderBy("created_at", "desc")
      .orderBy("spec_id", "desc")
      .limit(limit + 1);
    if (approved !== undefined) {
      rows = rows.where((eb) => {
        const some = eb.exists(
          eb
            .selectFrom("testplanning_approvals")
            .select("place")
            .whereRef("testplanning_approvals.spec_id", "=", "testplanning_specs.spec_id"),
        );
        return approved ? some : eb.not(some);
      });
    }
    if (after !== undefined) {
      const [time, id] = after;
      rows = rows.where((eb) =>
        eb.or([eb("created_at", "<", time), eb.and([eb("created_at", "=", time), eb("spec_id", "<", id)])]),
      );
    }
    return cutPage(await rows.execute(), limit, (row) => [row.created_at, row.spec_id]);
  }

  #approvalsOf(rows: readonly Row[]): Promise<ApprovalsBySpec> {
    return approvalsOf(
      this.#kit.db,
      rows.map(({ spec_id }) => spec_id),
    );
  }
}

function toRowOf(spec: SpecGeneratedPayload, now: string): Row {
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

function toStored({ spec_id, payload, created_at }: Row, approvals: ApprovalsBySpec): StoredSpec {
  return {
    spec: specGeneratedPayload.parse(JSON.parse(payload)),
    createdAt: created_at,
    approvals: approvals.get(spec_id) ?? [],
  };
}

function toRow(row: Row, approvals: ApprovalsBySpec): SpecRow {
  return {
    specId: row.spec_id,
    requirementId: row.requirement_id,
    requirement: row.requirement,
    testable: row.testable === 1,
    cases: row.cases,
    approvedBy: (approvals.get(row.spec_id) ?? []).map(({ by }) => by),
    createdAt: row.created_at,
  };
}
