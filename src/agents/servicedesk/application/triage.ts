import type { HandlerContext } from "agents-apphost/kit";
import { assess, suspicion } from "../domain/assess.ts";
import type { Proposal } from "../domain/assess.ts";
import type { Zone } from "../domain/business-time.ts";
import { escalationFor, priorityOf } from "../domain/policy.ts";
import type { Category, Policy, Priority } from "../domain/policy.ts";
import { slaOf } from "../domain/sla.ts";
import type { Escalated, Submitted, Triaged } from "../domain/ticket-event.ts";
import type { Assessor } from "./ports.ts";

/**
 * How deep in a chain of events a ticket may still be escalated by a rule. An escalation leads to a notification, a
 * notification that fails to a ticket: here the circle ends, long before the bus cuts it.
 */
export const DEEPEST_ESCALATION = 6;

/** What was asked of a model, and what it said. */
interface Heard {
  readonly proposal: Proposal | { readonly none: string | null };
  readonly generatedBy: Triaged["generatedBy"];
  readonly promptRef: string | null;
}

/** Finds out what a ticket is worth: a model proposes, the policy decides. */
export class Triage {
  readonly #assessor: Assessor;
  readonly #policy: Policy;
  readonly #zone: Zone;

  constructor(assessor: Assessor, policy: Policy, zone: Zone) {
    this.#assessor = assessor;
    this.#policy = policy;
    this.#zone = zone;
  }

  /** Never fails for want of a model: a ticket that says what is wrong is triaged by its words. */
  async run(
    ctx: HandlerContext,
    request: Submitted,
  ): Promise<{ readonly triage: Triaged; readonly escalation: Escalated | null }> {
    const { proposal, generatedBy, promptRef } = await this.#ask(ctx, request);
    const assessment = assess(request, this.#policy, proposal);
    const priority = priorityOf(this.#policy, assessment.impact, assessment.urgency);
    const sla = slaOf(this.#policy, this.#zone, priority, request.submittedAt);
    const triage = { assessment, priority, policy: this.#policy.name, sla, generatedBy, promptRef };
    return { triage, escalation: this.escalation(ctx, { priority, category: assessment.category }) };
  }

  /** What the rules of the policy say about a priority. */
  escalation(
    ctx: HandlerContext,
    ticket: { readonly priority: Priority; readonly category: Category },
  ): Escalated | null {
    const rule = escalationFor(this.#policy, ticket);
    if (rule === null) return null;
    if (ctx.lineage.depth > DEEPEST_ESCALATION) {
      ctx.log.warn("a ticket is not escalated: it is the end of a chain of events", {
        depth: ctx.lineage.depth,
        rule: rule.name,
      });
      return null;
    }
    const { priority, category } = ticket;
    const reason = `Rule ${rule.name}: priority ${priority.name}, category ${category}.`;
    return { team: rule.team, reason, rule: rule.name };
  }

  async #ask(ctx: HandlerContext, request: Submitted): Promise<Heard> {
    // What gives orders to a model is not read to one.
    if (suspicion(request) !== null) return { proposal: { none: null }, generatedBy: null, promptRef: null };
    try {
      const { proposal, generatedBy, promptRef } = await this.#assessor.propose(ctx, request);
      // A sample is made from a schema and knows nothing of the ticket.
      if (generatedBy === "sample") return { proposal: { none: null }, generatedBy, promptRef };
      return { proposal, generatedBy, promptRef };
    } catch (error) {
      if (ctx.signal.aborted) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      ctx.log.warn("no model classifies this ticket, its words alone decide", { reason });
      return { proposal: { none: `no model: ${reason}` }, generatedBy: null, promptRef: null };
    }
  }
}
