import { conflict, cutPage } from "agents-apphost/kit";
import type { AgentKit, HandlerContext, Page } from "agents-apphost/kit";
import type { Board, PageFilter, Signal, Store, StoredIssue, WorkflowRun } from "../application/ports.ts";
import type { Issue } from "../domain/issue.ts";
import {
  issueCreated,
  projectUpdated,
  projectUpdatedPayload,
  sprintAnalyzed,
  sprintAnalyzedPayload,
  workflowTriggered,
} from "../events.ts";
import type { SprintAnalyzedPayload } from "../events.ts";
import { storedIssue, storedRun } from "./stored.ts";
import type { DevopsTables } from "./tables.ts";

type Kit = Pick<AgentKit<DevopsTables>, "db" | "transact" | "clock">;

/** What the agent keeps, in SQL; each write commits with its event. */
export class SqlStore implements Store {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  async saveSprint(ctx: HandlerContext, report: SprintAnalyzedPayload): Promise<void> {
    const { reportId, sprint } = report;
    const row = {
      report_id: reportId,
      name: sprint.name,
      payload: JSON.stringify(report),
      created_at: this.#now(),
    };
    await this.#kit.transact(ctx, async (tx) => {
      const known = await tx.db
        .selectFrom("devops_sprints")
        .select("report_id")
        .where("report_id", "=", reportId)
        .executeTakeFirst();
      if (known !== undefined) return;
      await tx.db.insertInto("devops_sprints").values(row).execute();
      tx.emit(sprintAnalyzed, report, { subject: `sprints/${reportId}` });
    });
  }

  async sprint(reportId: string): Promise<SprintAnalyzedPayload | null> {
    const row = await this.#kit.db
      .selectFrom("devops_sprints")
      .select("payload")
      .where("report_id", "=", reportId)
      .executeTakeFirst();
    return row === undefined ? null : sprintAnalyzedPayload.parse(JSON.parse(row.payload));
  }

  async createIssue(ctx: HandlerContext, issue: Issue, board: Board["name"]): Promise<void> {
    const { issueId, title, labels, cause } = issue;
    const now = this.#now();
    await this.#kit.transact(ctx, async (tx) => {
      await tx.db.deleteFrom("devops_held_issues").where("issue_id", "=", issueId).execute();
      const known = await tx.db
        .selectFrom("devops_issues")
        .select("issue_id")
        .where("issue_id", "=", issueId)
        .executeTakeFirst();
      if (known !== undefined) return;
      await tx.db
        .insertInto("devops_issues")
        .values({
          issue_id: issueId,
          state: issue.state,
          version: issue.version,
          issue: JSON.stringify(issue),
          created_at: now,
          updated_at: now,
        })
        .execute();
      const payload = { issueId, title, labels: [...labels], board: boardOf(issue, board), cause };
      tx.emit(issueCreated, payload, { subject: `issues/${issueId}` });
    });
  }

  async changeIssue(
    ctx: HandlerContext,
    issue: Issue,
    changed: readonly string[],
    board: Board["name"],
  ): Promise<void> {
    const { issueId, title, state, version } = issue;
    await this.#kit.transact(ctx, async (tx) => {
      const written = await tx.db
        .updateTable("devops_issues")
        .set({ state, version, issue: JSON.stringify(issue), updated_at: this.#now() })
        .where("issue_id", "=", issueId)
        .where("version", "=", version - 1)
        .executeTakeFirst();
      if (written.numUpdatedRows === 0n)
        throw conflict(
          `The issue ${issueId} was changed at the same time.`,
          "Read it again and repeat the request.",
        );
      const payload = { issueId, title, state, version, changed: [...changed], board: boardOf(issue, board) };
      tx.emit(projectUpdated, projectUpdatedPayload.parse(payload), { subject: `issues/${issueId}` });
    });
  }

  async issue(issueId: string): Promise<StoredIssue | null> {
    const row = await this.#kit.db
      .selectFrom("devops_issues")
      .selectAll()
      .where("issue_id", "=", issueId)
      .executeTakeFirst();
    return row === undefined ? null : toStored(row);
  }

  async issues(
    filter: PageFilter & { readonly state?: Issue["state"] | undefined },
  ): Promise<Page<StoredIssue>> {
    let rows = this.#kit.db
      .selectFrom("devops_issues")
      .selectAll()
      .orderBy("created_at", "desc")
      .orderBy("issue_id", "desc")
      .limit(filter.limit + 1);
    if (filter.state !== undefined) rows = rows.where("state", "=", filter.state);
    if (filter.after !== undefined) {
      const [time, id] = filter.after;
      rows = rows.where((eb) =>
        eb.or([eb("created_at", "<", time), eb.and([eb("created_at", "=", time), eb("issue_id", "<", id)])]),
      );
    }
    const page = cutPage(await rows.execute(), filter.limit, (row) => [row.created_at, row.issue_id]);
    return { ...page, items: page.items.map(toStored) };
  }

  async run(runId: string): Promise<(WorkflowRun & { readonly repository: string }) | null> {
    const row = await this.#kit.db
      .selectFrom("devops_runs")
      .selectAll()
      .where("run_id", "=", runId)
      .executeTakeFirst();
    return row === undefined ? null : { ...storedRun.parse(JSON.parse(row.run)), repository: row.repository };
  }

  async saveRun(ctx: HandlerContext, run: WorkflowRun, repository: string): Promise<void> {
    const { runId, workflow, ref, inputs } = run;
    const row = { run_id: runId, repository, run: JSON.stringify(run), created_at: this.#now() };
    await this.#kit.transact(ctx, async (tx) => {
      await tx.db.insertInto("devops_runs").values(row).execute();
      tx.emit(
        workflowTriggered,
        { runId, repository, workflow, ref, inputs: { ...inputs } },
        { subject: `workflows/${runId}` },
      );
    });
  }

  async saveSignal(ctx: HandlerContext, { eventId, kind, subject, text }: Omit<Signal, "at">): Promise<void> {
    const row = { event_id: eventId, kind, subject: subject.slice(0, 400), text, created_at: this.#now() };
    await this.#kit.transact(
      ctx,
      async (tx) => void (await tx.db.insertInto("devops_signals").values(row).execute()),
    );
  }

  async signals(filter: PageFilter & { readonly kind?: Signal["kind"] | undefined }): Promise<Page<Signal>> {
    let rows = this.#kit.db
      .selectFrom("devops_signals")
      .selectAll()
      .orderBy("created_at", "desc")
      .orderBy("event_id", "desc")
      .limit(filter.limit + 1);
    if (filter.kind !== undefined) rows = rows.where("kind", "=", filter.kind);
    if (filter.after !== undefined) {
      const [time, id] = filter.after;
      rows = rows.where((eb) =>
        eb.or([eb("created_at", "<", time), eb.and([eb("created_at", "=", time), eb("event_id", "<", id)])]),
      );
    }
    const page = cutPage(await rows.execute(), filter.limit, (row) => [row.created_at, row.event_id]);
    return { ...page, items: page.items.map(toSignal) };
  }

  #now(): string {
    return this.#kit.clock().toISOString();
  }
}

function toSignal(row: DevopsTables["devops_signals"]): Signal {
  return {
    eventId: row.event_id,
    kind: row.kind === "coverage" ? "coverage" : "review",
    subject: row.subject,
    text: row.text,
    at: row.created_at,
  };
}

function toStored(row: DevopsTables["devops_issues"]): StoredIssue {
  return {
    issue: storedIssue.parse(JSON.parse(row.issue)),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function boardOf(
  { external }: Issue,
  name: Board["name"],
): { name: Board["name"]; number: number | null; url: string | null } {
  return { name, number: external?.number ?? null, url: external?.url ?? null };
}
