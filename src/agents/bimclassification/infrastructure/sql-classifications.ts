import { decideOn, fold, loadState, VersionConflict } from "agents-apphost/kit";
import type { AgentKit, HandlerContext, UnitOfWork } from "agents-apphost/kit";
import { z } from "zod";
import { announce } from "../application/announcements.ts";
import type {
  Attempt,
  Attempted,
  ClassificationHistory,
  Classifications,
  Outcome,
  Run,
  Work,
} from "../application/ports.ts";
import type { Classification } from "../domain/classification.ts";
import type { ClassificationEvent } from "../domain/classification-event.ts";
import { classification, TransitionRefused } from "../domain/decide.ts";
import { classificationCodec } from "./classification-codec.ts";
import { streamOf } from "./element-list.ts";
import type { BimTables } from "./tables.ts";

type Kit = Pick<AgentKit<BimTables>, "clock" | "db" | "events" | "transact">;

/** A day longer than the answers of commands are kept. */
const KEPT_MS = 8 * 24 * 3_600_000;

/** Classifications as event streams in SQL. */
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
      if (run !== undefined) await this.#keep(tx, ctx, outcomes);
      return outcomes;
    });
  }

  recordEach(ctx: HandlerContext, attempts: readonly Attempt[]): Promise<readonly Attempted[]> {
    return this.#kit.transact(ctx, async (tx) => {
      const attempted: Attempted[] = [];
      for (const each of attempts) attempted.push(await attempt(tx, each));
      const outcomes = attempted.flatMap((each) => (each.at === "decided" ? [each.outcome] : []));
      announce(tx.emit, outcomes, undefined);
      await this.#keep(tx, ctx, outcomes);
      return attempted;
    });
  }

  async earlier(ctx: HandlerContext): Promise<readonly Outcome[] | null> {
    const row = await this.#kit.db
      .selectFrom("bimclassification_works")
      .select("element_ids")
      .where("work_id", "=", ctx.workId)
      .executeTakeFirst();
    if (row === undefined) return null;
    const outcomes: Outcome[] = [];
    for (const elementId of z.array(z.string()).parse(JSON.parse(row.element_ids))) {
      const { version, state } = await this.load(elementId);
      if (state.at !== "none") outcomes.push({ elementId, version, state, events: [] });
    }
    return outcomes;
  }

  /** Which elements this command is about, as long as its answer may be asked for again. */
  async #keep(tx: UnitOfWork<BimTables>, ctx: HandlerContext, outcomes: readonly Outcome[]): Promise<void> {
    const now = this.#kit.clock();
    const element_ids = JSON.stringify(outcomes.map(({ elementId }) => elementId));
    await tx.db
      .insertInto("bimclassification_works")
      .values({ work_id: ctx.workId, element_ids, created_at: now.toISOString() })
      .onConflict((conflict) => conflict.columns(["work_id"]).doNothing())
      .execute();
    await tx.db
      .deleteFrom("bimclassification_works")
      .where("created_at", "<", new Date(now.getTime() - KEPT_MS).toISOString())
      .execute();
  }

  async #decideAll(
    tx: UnitOfWork<BimTables>,
    ctx: HandlerContext,
    { elementId, commands }: Work,
  ): Promise<Outcome> {
    const store = tx.events(classificationCodec);
    const stream = streamOf(elementId);
    const events: ClassificationEvent[] = [];
    let last: { readonly state: Classification; readonly version: number } | undefined;
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
      last = decided;
      events.push(...decided.events);
    }
    const { state, version } = last ?? (await loadState(store, classification, stream));
    if (state.at === "none") throw new TransitionRefused("the element was never imported", state.at);
    return { elementId, version, state, events };
  }
}

/** Nothing is written before all is known to be well, so that the transaction goes on after a refusal. */
async function attempt(
  tx: UnitOfWork<BimTables>,
  { elementId, command, version: seen }: Attempt,
): Promise<Attempted> {
  const expected = {
    check: (streamId: string, actual: number): void => {
      if (seen !== null && actual !== 0 && actual !== seen) throw new VersionConflict(streamId, seen, actual);
    },
  };
  try {
    const decided = await decideOn(
      tx.events(classificationCodec),
      classification,
      streamOf(elementId),
      command,
      { precondition: expected },
    );
    const { state, version, events } = decided;
    if (state.at === "none") return { at: "unknown", elementId };
    return { at: "decided", outcome: { elementId, version, state, events } };
  } catch (error) {
    if (error instanceof VersionConflict) return { at: "moved", elementId, version: error.actual };
    if (!(error instanceof TransitionRefused)) throw error;
    return error.at === "none"
      ? { at: "unknown", elementId }
      : { at: "refused", elementId, command: command.type, error };
  }
}
