import type { HandlerContext, Page } from "agents-apphost/kit";
import { conflict, notFound } from "agents-apphost/kit";
import type { TicketEscalatedPayload } from "../../servicedesk/events.ts";
import { changeIssue, titleOf } from "../domain/issue.ts";
import type { Cause, Issue, IssueChange } from "../domain/issue.ts";
import { quotation } from "../domain/quotation.ts";
import { outcomeOf } from "../domain/run-outcome.ts";
import type { RunOutcome } from "../domain/run-outcome.ts";
import type { HeldIssues } from "./held-issues.ts";
import { BoardUnavailable } from "./board-unavailable.ts";
import type { Board, ListedRun, RunFilter, Store, StoredIssue, WorkflowRun, Workflows } from "./ports.ts";

/** What an issue is made of. */
interface Asked {
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly cause: Cause;
}

/** Issues on a board, and workflows. */
export class Issues {
  readonly #store: Store;
  readonly #board: Board;
  readonly #workflows: Workflows | null;
  readonly #held: Pick<HeldIssues, "hold">;

  constructor(
    store: Store,
    board: Board,
    { workflows, held }: { readonly workflows: Workflows | null; readonly held: Pick<HeldIssues, "hold"> },
  ) {
    this.#store = store;
    this.#board = board;
    this.#workflows = workflows;
    this.#held = held;
  }

  /**
   * Creates an issue; the work that comes again finds what it created the first time.
   *
   * @throws BoardUnavailable, or a Problem for what the board refuses.
   */
  async create(asked: Asked, ctx: HandlerContext): Promise<StoredIssue> {
    return await this.complete(issueOf(asked, ctx.workId), ctx);
  }

  /** The same for an issue that has its id already. */
  async complete(issue: Issue, ctx: HandlerContext): Promise<StoredIssue> {
    const known = await this.#store.issue(issue.issueId);
    // Outside first: if this process dies in between, the repetition finds the issue there by its id.
    const external = known === null ? await this.#board.create(issue, ctx.signal) : known.issue.external;
    await this.#store.createIssue(ctx, { ...issue, external }, this.#board.name);
    return await this.#read(issue.issueId);
  }

  /** @throws Problem 404, or 409 when it changes at the same time. */
  async update(issueId: string, change: IssueChange, ctx: HandlerContext): Promise<StoredIssue> {
    const before = await this.#read(issueId);
    ctx.precondition?.check(`issue ${issueId}`, before.issue.version);
    const { issue, changed } = changeIssue(before.issue, change);
    if (changed.length === 0) return before;
    await this.#board.update(issue, changed, ctx.signal);
    await this.#store.changeIssue(ctx, issue, changed, this.#board.name);
    return await this.#read(issueId);
  }

  async onTicketEscalated(ticket: TicketEscalatedPayload, ctx: HandlerContext): Promise<void> {
    const { title, body, priority, team, reason, affectedUsers, ticketId, rank } = ticket;
    const lines = [
      `Escalated by the service desk to ${team}: ${reason}`,
      `Priority: ${priority}. Affected users: ${affectedUsers ?? "not known"}. Ticket: ${ticketId}.`,
      "",
      quotation(body),
    ];
    const cause = {
      kind: "event",
      id: ctx.event?.id ?? ticketId,
      eventType: ctx.event?.type ?? null,
    } as const;
    const labels = ["incident", `rank-${rank}`];
    const issue = issueOf(
      { title: `${priority}: ${title}`, body: lines.join("\n"), labels, cause },
      ctx.workId,
    );
    try {
      await this.complete(issue, ctx);
    } catch (error) {
      if (!(error instanceof BoardUnavailable) || ctx.signal.aborted) throw error;
      await this.#held.hold(issue, error, ctx);
    }
  }

  /** @throws Problem 409 while no place is configured where workflows run. */
  async trigger(
    asked: Omit<WorkflowRun, "runId">,
    ctx: HandlerContext,
  ): Promise<WorkflowRun & { readonly repository: string }> {
    const workflows = this.#configured();
    const run = { ...asked, runId: ctx.workId };
    // A command that is run again after a crash may have done this already.
    const known = await this.#store.run(run.runId);
    if (known !== null) return known;
    await workflows.trigger(run, ctx.signal);
    await this.#store.saveRun(ctx, run, workflows.repository);
    return { ...run, repository: workflows.repository };
  }

  /** @throws Problem 409 while no place is configured where workflows run. */
  async runs(
    filter: RunFilter,
    ctx: HandlerContext,
  ): Promise<Page<ListedRun & { readonly outcome: RunOutcome }>> {
    const { items, next } = await this.#configured().runs(filter, ctx.signal);
    return { items: items.map((run) => ({ ...run, outcome: outcomeOf(run.status, run.conclusion) })), next };
  }

  #configured(): Workflows {
    if (this.#workflows !== null) return this.#workflows;
    throw conflict(
      "No repository is configured whose workflows could run.",
      "Set DEVOPS_GITHUB_REPOSITORY=owner/name and DEVOPS_GITHUB_TOKEN.",
    );
  }

  async #read(issueId: string): Promise<StoredIssue> {
    const found = await this.#store.issue(issueId);
    if (found === null) throw notFound(`There is no issue ${issueId}.`);
    return found;
  }
}

function issueOf(asked: Asked, issueId: string): Issue {
  const [title, labels] = [titleOf(asked.title), [...new Set(asked.labels)]];
  return { ...asked, issueId, title, labels, state: "open", version: 1, external: null };
}
