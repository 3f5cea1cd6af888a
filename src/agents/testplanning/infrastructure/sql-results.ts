import { anyOf } from "agents-apphost/kit";
import type { AgentKit, HandlerContext } from "agents-apphost/kit";
import type { Coverages, Strategies } from "../application/ports.ts";
import { coverageAnalyzed, coverageAnalyzedPayload, strategyCreated } from "../events.ts";
import type { CoverageAnalyzedPayload, StrategyCreatedPayload } from "../events.ts";
import type { TestPlanningTables } from "./tables.ts";

type Kit = Pick<AgentKit<TestPlanningTables>, "db" | "transact" | "clock">;

/** Strategies in SQL; a strategy and its event commit together. */
export class SqlStrategies implements Strategies {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  async publish(ctx: HandlerContext, strategy: StrategyCreatedPayload): Promise<void> {
    const { strategyId, name } = strategy;
    const row = {
      strategy_id: strategyId,
      name,
      payload: JSON.stringify(strategy),
      created_at: this.#kit.clock().toISOString(),
    };
    await this.#kit.transact(ctx, async (tx) => {
      // A command that is run again after a crash has done this already.
      const known = tx.db.selectFrom("testplanning_strategies").where("strategy_id", "=", strategyId);
      if ((await known.select("strategy_id").executeTakeFirst()) !== undefined) return;
      await tx.db.insertInto("testplanning_strategies").values(row).execute();
      tx.emit(strategyCreated, strategy, { subject: `strategies/${strategyId}` });
    });
  }
}

/** Coverage results in SQL; a result and its event commit together. */
export class SqlCoverages implements Coverages {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  async publish(ctx: HandlerContext, coverage: CoverageAnalyzedPayload): Promise<void> {
    const { coverageId, specId, artefactId } = coverage;
    const row = {
      coverage_id: coverageId,
      spec_id: specId,
      artefact_id: artefactId,
      payload: JSON.stringify(coverage),
      created_at: this.#kit.clock().toISOString(),
    };
    const subject = specId === null ? `coverage/${coverageId}` : `specs/${specId}/coverage`;
    await this.#kit.transact(ctx, async (tx) => {
      const known = tx.db.selectFrom("testplanning_coverage").where("coverage_id", "=", coverageId);
      if ((await known.select("coverage_id").executeTakeFirst()) !== undefined) return;
      await tx.db.insertInto("testplanning_coverage").values(row).execute();
      tx.emit(coverageAnalyzed, coverage, { subject });
    });
  }

  async latest(specId: string): Promise<CoverageAnalyzedPayload | null> {
    const row = await this.#kit.db
      .selectFrom("testplanning_coverage")
      .select("payload")
      .where("spec_id", "=", specId)
      .orderBy("created_at", "desc")
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? null : coverageAnalyzedPayload.parse(JSON.parse(row.payload));
  }

  async latestOf(specIds: readonly string[]): Promise<ReadonlyMap<string, CoverageAnalyzedPayload>> {
    const rows = await this.#kit.db
      .selectFrom("testplanning_coverage")
      .select(["spec_id", "payload"])
      .where("spec_id", "in", anyOf(specIds))
      .orderBy("created_at")
      .execute();
    const newest = new Map(rows.map(({ spec_id, payload }) => [spec_id ?? "", payload]));
    return new Map([...newest].map(([id, text]) => [id, coverageAnalyzedPayload.parse(JSON.parse(text))]));
  }
}
