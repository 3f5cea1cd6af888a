import { cutPage } from "agents-apphost/kit";
import type { AgentKit, HandlerContext, LaterWork, Page } from "agents-apphost/kit";
import type { HeldIssue, HeldIssueStore, PageFilter } from "../application/ports.ts";
import { storedIssue, storedLineage } from "./stored.ts";
import type { DevopsTables } from "./tables.ts";

/** Issues that wait, in SQL: after a start, and after a crash, they are still there. */
export class SqlHeldIssues implements HeldIssueStore {
  readonly #kit: Pick<AgentKit<DevopsTables>, "db" | "transact">;

  constructor(kit: Pick<AgentKit<DevopsTables>, "db" | "transact">) {
    this.#kit = kit;
  }

  async hold(ctx: HandlerContext, held: HeldIssue): Promise<void> {
    const row = {
      issue_id: held.issue.issueId,
      issue: JSON.stringify(held.issue),
      lineage: JSON.stringify(held.lineage),
      correlation_id: ctx.correlationId,
      reason: held.reason,
      attempts: held.attempts,
      due_at: held.dueAt,
      created_at: held.heldSince,
    };
    await this.#kit.transact(
      ctx,
      async (tx) => void (await tx.db.insertInto("devops_held_issues").values(row).execute()),
    );
  }

  async list({ limit, after }: PageFilter): Promise<Page<HeldIssue>> {
    let rows = this.#kit.db
      .selectFrom("devops_held_issues")
      .selectAll()
      .orderBy("created_at", "desc")
      .orderBy("issue_id", "desc")
      .limit(limit + 1);
    if (after !== undefined) {
      const [time, id] = after;
      rows = rows.where((eb) =>
        eb.or([eb("created_at", "<", time), eb.and([eb("created_at", "=", time), eb("issue_id", "<", id)])]),
      );
    }
    const page = cutPage(await rows.execute(), limit, (row) => [row.created_at, row.issue_id]);
    return { ...page, items: page.items.map(toHeld) };
  }

  async first(): Promise<HeldIssue | null> {
    const row = await this.#kit.db
      .selectFrom("devops_held_issues")
      .selectAll()
      .orderBy("due_at")
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? null : toHeld(row);
  }

  /** What is still open in a flow, and when the first of it is due. */
  async laterIn(correlationId: string): Promise<LaterWork> {
    const { pending, due_at } = await this.#kit.db
      .selectFrom("devops_held_issues")
      .select((eb) => [eb.fn.countAll().as("pending"), eb.fn.min("due_at").as("due_at")])
      .where("correlation_id", "=", correlationId)
      .executeTakeFirstOrThrow();
    return { pending: Number(pending), dueAt: due_at };
  }

  async claim({ issue, dueAt }: HeldIssue, until: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#kit.db
      .updateTable("devops_held_issues")
      .set({ due_at: until })
      .where("issue_id", "=", issue.issueId)
      .where("due_at", "=", dueAt)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  async defer({ issue, reason, attempts, dueAt }: HeldIssue): Promise<void> {
    await this.#kit.db
      .updateTable("devops_held_issues")
      .set({ reason, attempts, due_at: dueAt })
      .where("issue_id", "=", issue.issueId)
      .execute();
  }
}

function toHeld(row: DevopsTables["devops_held_issues"]): HeldIssue {
  return {
    issue: storedIssue.parse(JSON.parse(row.issue)),
    lineage: storedLineage.parse(JSON.parse(row.lineage)),
    reason: row.reason,
    attempts: row.attempts,
    dueAt: row.due_at,
    heldSince: row.created_at,
  };
}
