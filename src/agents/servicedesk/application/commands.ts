import { conflict, invalid, notFound } from "agents-apphost/kit";
import type { HandlerContext } from "agents-apphost/kit";
import type { Zone } from "../domain/business-time.ts";
import { TicketRefused } from "../domain/decide.ts";
import type { TicketCommand } from "../domain/decide.ts";
import { priorityNamed } from "../domain/policy.ts";
import type { Policy } from "../domain/policy.ts";
import { slaOf } from "../domain/sla.ts";
import { isOpen } from "../domain/ticket.ts";
import type { ExistingTicket } from "../domain/ticket.ts";
import type { Submitted } from "../domain/ticket-event.ts";
import type { TicketHistory, Tickets } from "./ports.ts";
import type { Suggest } from "./suggest.ts";
import type { Triage } from "./triage.ts";

/** What somebody reports. */
export interface SubmitTicket {
  readonly title: string;
  readonly body: string;
  readonly affectedUsers?: number | undefined;
  readonly requester?: string | undefined;
}

/** Where a person hands a ticket who does not say to whom. */
const SECOND_LINE = "second-line";

/** The commands of the agent. */
export class TicketCommands {
  readonly #tickets: Tickets;
  readonly #triage: Triage;
  readonly #suggest: Suggest;
  readonly #policy: Policy;
  readonly #zone: Zone;
  readonly #clock: () => Date;

  constructor(options: {
    readonly tickets: Tickets;
    readonly triage: Triage;
    readonly suggest: Suggest;
    readonly policy: Policy;
    readonly zone: Zone;
    readonly clock: () => Date;
  }) {
    this.#tickets = options.tickets;
    this.#triage = options.triage;
    this.#suggest = options.suggest;
    this.#policy = options.policy;
    this.#zone = options.zone;
    this.#clock = options.clock;
  }

  /** Stores the ticket, to be triaged later. */
  async submit(command: SubmitTicket, ctx: HandlerContext): Promise<TicketHistory> {
    const request = this.#request(command, { kind: "request", id: ctx.correlationId });
    await this.#record(ctx, ctx.workId, [{ type: "submit", request }]);
    return await this.#tickets.load(ctx.workId);
  }

  /**
   * Stores the ticket together with its triage and, where a rule says so, its escalation: all of it or nothing, so that no
   * ticket is left behind that nobody has looked at.
   */
  async submitAndTriage(
    command: SubmitTicket,
    ctx: HandlerContext,
    source: Submitted["source"] = { kind: "request", id: ctx.correlationId },
  ): Promise<TicketHistory> {
    const known = await this.#tickets.load(ctx.workId);
    if (known.version > 0) {
      // The command was run before, up to here.
      await this.#record(ctx, ctx.workId, []);
      return known;
    }
    const request = this.#request(command, source);
    const triaged = await this.#triage.run(ctx, request);
    await this.#record(ctx, ctx.workId, [
      { type: "submit", request },
      { type: "triage", ...triaged },
    ]);
    return await this.#tickets.load(ctx.workId);
  }

  /** Triages a ticket that is new; one that was triaged stays as it is. */
  async triage(ticketId: string, ctx: HandlerContext): Promise<TicketHistory> {
    const state = await this.#existing(ticketId);
    if (state.at === "new") {
      const triaged = await this.#triage.run(ctx, state.request);
      await this.#record(ctx, ticketId, [{ type: "triage", ...triaged }]);
    } else {
      await this.#record(ctx, ticketId, []);
    }
    return await this.#tickets.load(ticketId);
  }

  /** Looks for articles that fit, and words a reply from them. */
  async suggest(ticketId: string, ctx: HandlerContext): Promise<TicketHistory> {
    const state = await this.#existing(ticketId);
    // It has made its suggestion, whatever has become of the ticket since.
    if (ctx.resumed) return await this.#tickets.load(ticketId);
    if (!isOpen(state)) {
      throw conflict(
        state.at === "new"
          ? `Ticket ${ticketId} is not triaged yet.`
          : `Ticket ${ticketId} is resolved: it needs no suggestion.`,
      );
    }
    const found = await this.#suggest.run(ctx, state.request);
    const suggestion = { ...found, suggestedAt: this.#now() };
    await this.#record(ctx, ticketId, [{ type: "suggest", suggestion }]);
    return await this.#tickets.load(ticketId);
  }

  /**
   * Escalates by hand. A ticket that is escalated already stays with its team.
   *
   * @throws Problem 409 for another team than the one that has it.
   */
  async escalate(
    {
      ticketId,
      reason,
      team,
    }: {
      readonly ticketId: string;
      readonly reason: string;
      readonly team?: string | undefined;
    },
    ctx: HandlerContext,
  ): Promise<TicketHistory> {
    const state = await this.#existing(ticketId);
    const usual = state.at === "escalated" ? state.escalation.team : SECOND_LINE;
    const escalation = { team: team ?? usual, reason, rule: null };
    await this.#record(ctx, ticketId, [{ type: "escalate", escalation }]);
    return await this.#tickets.load(ticketId);
  }

  /** Ends a ticket. What solved it becomes an article that later tickets find. */
  async resolve(
    { ticketId, resolution }: { readonly ticketId: string; readonly resolution: string },
    ctx: HandlerContext,
  ): Promise<TicketHistory> {
    await this.#existing(ticketId);
    const resolved = { resolution, resolvedAt: this.#now() };
    await this.#record(ctx, ticketId, [{ type: "resolve", resolution: resolved }]);
    return await this.#tickets.load(ticketId);
  }

  /**
   * Sets a priority against the matrix, with a reason. Its clocks run from when the ticket came.
   *
   * @throws Problem 422 for a priority that the policy does not have.
   */
  async override(
    {
      ticketId,
      priority,
      reason,
    }: { readonly ticketId: string; readonly priority: string; readonly reason: string },
    ctx: HandlerContext,
  ): Promise<TicketHistory> {
    if (!this.#policy.priorities.includes(priority)) {
      const message = `"${priority}" is no priority here; there are ${this.#policy.priorities.join(", ")}`;
      throw invalid(`priority: ${message}`, [{ path: "priority", message }]);
    }
    const state = await this.#existing(ticketId);
    const next = priorityNamed(this.#policy, priority);
    const sla = slaOf(this.#policy, this.#zone, next, state.request.submittedAt);
    const category = isOpen(state) ? state.triage.assessment.category : "other";
    const escalation = this.#triage.escalation(ctx, { priority: next, category });
    const override = { priority: next, sla, reason };
    await this.#record(ctx, ticketId, [{ type: "override", override, escalation }]);
    return await this.#tickets.load(ticketId);
  }

  async #existing(ticketId: string): Promise<ExistingTicket> {
    const { state } = await this.#tickets.load(ticketId);
    if (state.at === "none") throw notFound(`There is no ticket ${ticketId}.`);
    return state;
  }

  async #record(ctx: HandlerContext, ticketId: string, commands: readonly TicketCommand[]): Promise<void> {
    // Each command has one unit of work, and that of this one is committed: what others did since is not to be undone.
    if (ctx.resumed) return;
    try {
      await this.#tickets.record(ctx, ticketId, commands);
    } catch (error) {
      if (error instanceof TicketRefused) throw conflict(error.message);
      throw error;
    }
  }

  #request({ title, body, affectedUsers, requester }: SubmitTicket, source: Submitted["source"]): Submitted {
    return {
      title,
      body,
      affectedUsers: affectedUsers ?? null,
      requester: requester ?? null,
      source,
      submittedAt: this.#now(),
    };
  }

  #now(): string {
    return this.#clock().toISOString();
  }
}
