import { Problem } from "agents-apphost/kit";
import type { HandlerContext, Lineage } from "agents-apphost/kit";
import type { Issue } from "../domain/issue.ts";
import { secondsUntilNext } from "../domain/next-attempt.ts";
import { BoardUnavailable } from "./board-unavailable.ts";
import type { HeldIssue, HeldIssueStore } from "./ports.ts";

/** Longer than an attempt can take: after that somebody else may make it. */
const ABANDONED_SECONDS = 300;

/** What is done with issues that wait. */
interface Holding {
  readonly store: HeldIssueStore;
  readonly clock: () => Date;
  /** Creates the issue on the board, and tells of it; finds it where an earlier attempt has created it. */
  readonly create: (issue: Issue, ctx: HandlerContext) => Promise<unknown>;
  /** Does work in the flow that left it for later. */
  readonly later: (lineage: Lineage, work: (ctx: HandlerContext) => Promise<void>) => Promise<void>;
  /** Is told when something is due, in milliseconds since 1970. */
  readonly isDue: (at: number) => void;
}

/**
 * Issues that wait for a board that cannot be used: a limit of an hour is longer than an event is delivered again. They
 * are created one after the other, as GitHub asks of its callers, and none is given up.
 */
export class HeldIssues {
  readonly #on: Holding;

  constructor(on: Holding) {
    this.#on = on;
  }

  /** Keeps an issue for later, and with it the event that asked for it. */
  async hold(issue: Issue, { message, seconds }: BoardUnavailable, ctx: HandlerContext): Promise<void> {
    const [attempts, now] = [1, this.#on.clock()];
    const dueAt = after(now, seconds ?? secondsUntilNext(attempts));
    const held = { issue, lineage: ctx.lineage, reason: message, attempts, dueAt };
    await this.#on.store.hold(ctx, { ...held, heldSince: now.toISOString() });
    ctx.log.warn("held an issue until the board can be used", {
      issue: issue.issueId,
      until: dueAt,
      reason: message,
    });
    this.#on.isDue(Date.parse(dueAt));
  }

  /** Creates what is due; answers when the next one is, in milliseconds since 1970. */
  async takeUp(signal: AbortSignal): Promise<number | null> {
    while (!signal.aborted) {
      const first = await this.#on.store.first();
      if (first === null) return null;
      if (first.dueAt > this.#on.clock().toISOString()) return Date.parse(first.dueAt);
      await this.#on.later(first.lineage, (ctx) => this.#attempt(first, ctx));
    }
    return null;
  }

  async #attempt(held: HeldIssue, ctx: HandlerContext): Promise<void> {
    const { store, clock, create } = this.#on;
    if (!(await store.claim(held, after(clock(), ABANDONED_SECONDS)))) return;
    try {
      await create(held.issue, ctx);
      ctx.log.info("created an issue that was held", { issue: held.issue.issueId });
    } catch (error) {
      // What a stop has cut short is due at once, for whoever comes next.
      if (ctx.signal.aborted) await store.defer(held);
      if (!(error instanceof Problem) || ctx.signal.aborted) throw error;
      const attempts = held.attempts + 1;
      const wait = error instanceof BoardUnavailable ? error.seconds : null;
      const dueAt = after(clock(), wait ?? secondsUntilNext(attempts));
      await store.defer({ ...held, attempts, reason: error.message, dueAt });
      const fields = { issue: held.issue.issueId, attempts, until: dueAt, reason: error.message };
      ctx.log.warn("an issue that is held cannot be created yet", fields);
    }
  }
}

function after(now: Date, seconds: number): string {
  return new Date(now.getTime() + seconds * 1000).toISOString();
}
