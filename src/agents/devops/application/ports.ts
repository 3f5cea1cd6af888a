import type { HandlerContext, Lineage, Page } from "agents-apphost/kit";
import type { SprintAnalyzedPayload } from "../events.ts";
import type { Issue, IssueChange } from "../domain/issue.ts";

/** Words of a model, and who made them. */
export interface Words {
  readonly text: string;
  readonly generatedBy: "live" | "cassette" | "sample";
  readonly promptRef: string;
}

/** Port to whoever puts figures into words. @throws when no model answers. */
export interface Writer {
  summariseSprint(ctx: HandlerContext, facts: string): Promise<Words>;
  summariseFailure(ctx: HandlerContext, facts: string): Promise<Words>;
}

/** What is outside now of an issue. */
export type External = NonNullable<Issue["external"]>;

/**
 * Port to a board outside. Both are safe to repeat: an issue is found again by its id.
 *
 * @throws BoardUnavailable for one that cannot be used now, a Problem for what it refuses.
 */
export interface Board {
  readonly name: "local" | "github";
  /** Null for a board that is kept here alone. */
  create(issue: Issue, signal: AbortSignal): Promise<External | null>;
  /** Only what has changed: the rest may be another there by now. */
  update(issue: Issue, changed: readonly (keyof IssueChange)[], signal: AbortSignal): Promise<void>;
}

/** A workflow that is asked to run. */
export interface WorkflowRun {
  readonly runId: string;
  readonly workflow: string;
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** A run as the place where it runs knows it. */
export interface ListedRun {
  readonly id: number;
  readonly workflow: string;
  readonly name: string | null;
  readonly number: number;
  readonly attempt: number;
  readonly event: string;
  readonly status: string | null;
  readonly conclusion: string | null;
  readonly branch: string | null;
  readonly commit: string;
  readonly url: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Which runs: `after` are the time and the number of the last one of the page before. */
export interface RunFilter {
  readonly limit: number;
  readonly after?: readonly [time: string, id: number] | undefined;
  readonly branch?: string | undefined;
}

/** Port to where workflows run. */
export interface Workflows {
  readonly repository: string;
  /** Not safe to repeat: who asks twice has two runs. */
  trigger(run: WorkflowRun, signal: AbortSignal): Promise<void>;
  /** The newest first. */
  runs(filter: RunFilter, signal: AbortSignal): Promise<Page<ListedRun>>;
}

/** A page of what is kept, the newest first: `after` are the time and the id of the last one before it. */
export interface PageFilter {
  readonly limit: number;
  readonly after?: readonly [time: string, id: string] | undefined;
}

export interface StoredIssue {
  readonly issue: Issue;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** An issue that waits until the board can be used. */
export interface HeldIssue {
  readonly issue: Issue;
  /** Whose work it is. */
  readonly lineage: Lineage;
  /** Why the last attempt failed, and how many there were. */
  readonly reason: string;
  readonly attempts: number;
  /** ISO 8601 UTC. */
  readonly dueAt: string;
  readonly heldSince: string;
}

/** Port to the issues that wait. */
export interface HeldIssueStore {
  /** Completes the handling of the event in hand. */
  hold(ctx: HandlerContext, held: HeldIssue): Promise<void>;
  list(filter: PageFilter): Promise<Page<HeldIssue>>;
  /** The one that is due first; null when none waits. */
  first(): Promise<HeldIssue | null>;
  /** Moves the time on; false where somebody else has done so. */
  claim(held: HeldIssue, until: string): Promise<boolean>;
  defer(held: HeldIssue): Promise<void>;
}

/** What other agents have found, as far as it tells about the state of the code. */
export interface Signal {
  readonly eventId: string;
  readonly kind: "coverage" | "review";
  readonly subject: string;
  readonly text: string;
  readonly at: string;
}

/** Port to what is stored. Each write is one unit of work with its event. */
export interface Store {
  saveSprint(ctx: HandlerContext, report: SprintAnalyzedPayload): Promise<void>;
  sprint(reportId: string): Promise<SprintAnalyzedPayload | null>;
  /** It waits no longer, where it did; one that is there already stays as it is, and is not told of again. */
  createIssue(ctx: HandlerContext, issue: Issue, board: Board["name"]): Promise<void>;
  /** @throws Problem 409 when the issue has changed since it was read. */
  changeIssue(
    ctx: HandlerContext,
    issue: Issue,
    changed: readonly string[],
    board: Board["name"],
  ): Promise<void>;
  issue(issueId: string): Promise<StoredIssue | null>;
  issues(filter: PageFilter & { readonly state?: Issue["state"] | undefined }): Promise<Page<StoredIssue>>;
  run(runId: string): Promise<(WorkflowRun & { readonly repository: string }) | null>;
  saveRun(ctx: HandlerContext, run: WorkflowRun, repository: string): Promise<void>;
  saveSignal(ctx: HandlerContext, signal: Omit<Signal, "at">): Promise<void>;
  signals(filter: PageFilter & { readonly kind?: Signal["kind"] | undefined }): Promise<Page<Signal>>;
}
