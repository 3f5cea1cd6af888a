import { anyOf, decideOn } from "agents-apphost/kit";
import type { AgentKit, HandlerContext, Projection } from "agents-apphost/kit";
import { z } from "zod";
import type { Approval, Approvals } from "../application/ports.ts";
import { approval, versionOf } from "../domain/approval.ts";
import type { ApprovalEvent, Approve } from "../domain/approval.ts";
import type { TestPlanningTables } from "./tables.ts";

type Row = TestPlanningTables["testplanning_approvals"];

const STREAM = "approvals-";

const codec = z.object({
  type: z.literal("approved"),
  data: z.object({ by: z.string(), note: z.string().nullable() }),
});

/** Approvals as event streams in SQL, one for each spec that has some. */
export class SqlApprovals implements Approvals {
  readonly #kit: Pick<AgentKit<TestPlanningTables>, "transact">;

  constructor(kit: Pick<AgentKit<TestPlanningTables>, "transact">) {
    this.#kit = kit;
  }

  async approve(ctx: HandlerContext, specId: string, command: Approve): Promise<void> {
    const expected = ctx.precondition;
    // The stream begins with the first approval, and the spec is there before it.
    const precondition = {
      check: (_: string, version: number) => expected?.check(specId, versionOf(version)),
    };
    await this.#kit.transact(ctx, (tx) =>
      decideOn(tx.events(codec), approval, STREAM + specId, command, { precondition }),
    );
  }
}

/** The approvals of several specs, each spec's in the order in which they came. */
export async function approvalsOf(
  db: AgentKit<TestPlanningTables>["db"],
  specIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Approval[]>> {
  const rows = await db
    .selectFrom("testplanning_approvals")
    .selectAll()
    .where("spec_id", "in", anyOf(specIds))
    .orderBy("spec_id")
    .orderBy("place")
    .execute();
  const bySpec = [...Map.groupBy(rows, ({ spec_id }) => spec_id)];
  return new Map(bySpec.map(([specId, own]) => [specId, own.map(toApproval)]));
}

function toApproval({ approved_by, note, approved_at }: Row): Approval {
  return { by: approved_by, note, at: approved_at };
}

/** The table, made from the streams. */
export const approvals: Projection<TestPlanningTables, ApprovalEvent> = {
  name: "approvals",
  version: 1,
  streams: STREAM,
  codec,
  clear: async (db) => void (await db.deleteFrom("testplanning_approvals").execute()),
  apply: async (db, { streamId, version, recordedAt, event }) => {
    const { by, note } = event.data;
    const row = { spec_id: streamId.slice(STREAM.length), place: version, approved_by: by, note };
    await db
      .insertInto("testplanning_approvals")
      .values({ ...row, approved_at: recordedAt })
      .execute();
  },
};
