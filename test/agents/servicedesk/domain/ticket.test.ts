import { test } from "tap";
import { decide, ticketDecider, TicketRefused } from "../../../../src/agents/servicedesk/domain/decide.ts";
import type { TicketCommand } from "../../../../src/agents/servicedesk/domain/decide.ts";
import {
  escalationOf,
  evolve,
  initialTicket,
  triagedOf,
} from "../../../../src/agents/servicedesk/domain/ticket.ts";
import type { Ticket } from "../../../../src/agents/servicedesk/domain/ticket.ts";
import type { TicketEvent } from "../../../../src/agents/servicedesk/domain/ticket-event.ts";

const sla = { clock: "always", responseDueAt: "t1", resolutionDueAt: "t2" } as const;
const submit: TicketCommand = {
  type: "submit",
  request: {
    title: "VPN",
    body: "down",
    affectedUsers: null,
    requester: null,
    source: { kind: "request", id: "c" },
    submittedAt: "t0",
  },
};
const escalation = { team: "major-incident", reason: "r", rule: "critical" };
const triage = (escalated: typeof escalation | null): TicketCommand => ({
  type: "triage",
  triage: {
    assessment: {
      impact: "high",
      urgency: "high",
      category: "network",
      affectedUsers: 9,
      evidence: ["down"],
      rationale: "r",
      by: "rules",
      reason: null,
    },
    priority: { rank: 2, name: "2-High" },
    policy: "p",
    sla,
    generatedBy: null,
    promptRef: null,
  },
  escalation: escalated,
});
const suggest = {
  type: "suggest",
  suggestion: {
    articles: [],
    text: "x",
    by: "template",
    reason: null,
    generatedBy: null,
    promptRef: null,
    suggestedAt: "t1",
  },
} as const satisfies TicketCommand;
const escalate: TicketCommand = {
  type: "escalate",
  escalation: { team: "second-line", reason: "asked", rule: null },
};
const override = (name: string, escalated: typeof escalation | null = null): TicketCommand => ({
  type: "override",
  override: { priority: { rank: 1, name }, sla, reason: "the board" },
  escalation: escalated,
});
const resolve: TicketCommand = { type: "resolve", resolution: { resolution: "restarted", resolvedAt: "t3" } };

/** What commands have led to, one after the other. */
function after(...commands: readonly TicketCommand[]): { state: Ticket; types: readonly string[] } {
  let state = initialTicket;
  const types: string[] = [];
  for (const command of commands) {
    const events = decide(command, state);
    types.push(...events.map(({ type }) => type));
    state = events.reduce(evolve, state);
  }
  return { state, types };
}

await test("a ticket is submitted, triaged, answered, escalated and resolved", (t) => {
  const { state, types } = after(submit, triage(null), suggest, escalate, override("1-Critical"), resolve);
  t.strictSame(types, [
    "submitted",
    "triaged",
    "solution-suggested",
    "escalated",
    "priority-overridden",
    "resolved",
  ]);
  t.match(state, { at: "resolved", resolution: { resolution: "restarted" } });
  t.match(triagedOf(state), {
    overridden: true,
    priority: { name: "1-Critical" },
    suggestion: { text: "x" },
  });
  t.match(escalationOf(state), { team: "second-line", rule: null });
  t.end();
});

await test("the first suggestion is the answer, whatever is suggested later", (t) => {
  const later = { ...suggest, suggestion: { ...suggest.suggestion, text: "y", suggestedAt: "t9" } };
  const { state } = after(submit, triage(null), suggest, later, resolve);
  t.match(triagedOf(state), { suggestion: { text: "y" }, answeredAt: "t1" });
  t.match(triagedOf(after(submit, triage(null), resolve).state), { answeredAt: null });
  t.end();
});

await test("a command that comes again causes nothing", (t) => {
  const all = [submit, triage(null), escalate, override("1-Critical", escalation), resolve];
  const once = after(...all);
  t.strictSame(once.types, ["submitted", "triaged", "escalated", "priority-overridden", "resolved"]);
  t.strictSame(after(submit, submit, triage(null), triage(escalation), escalate, escalate).types.length, 3);
  t.strictSame(
    after(submit, triage(null), override("2-High")).types,
    ["submitted", "triaged"],
    "the same priority",
  );
  t.strictSame(after(...all, resolve, submit).state, once.state);
  t.end();
});

await test("a priority that is raised by hand is escalated by its rule, once", (t) => {
  const raised = after(submit, triage(null), override("1-Critical", escalation));
  t.strictSame(raised.types, ["submitted", "triaged", "priority-overridden", "escalated"]);
  t.strictSame(
    decide(override("3-Moderate", escalation), raised.state).map(({ type }) => type),
    ["priority-overridden"],
  );
  t.end();
});

await test("what the state does not allow is refused with the reason", (t) => {
  const refused = (command: TicketCommand, ...before: readonly TicketCommand[]): string => {
    try {
      decide(command, after(...before).state);
    } catch (error) {
      if (error instanceof TicketRefused) return error.message;
      throw error;
    }
    return "not refused";
  };
  t.match(refused(triage(null)), /no ticket/);
  t.match(refused(resolve), /no ticket/);
  t.match(refused(suggest), /unknown/);
  // Who is told that it was done believes it.
  t.match(refused(escalate, submit, triage(escalation)), `escalated to ${escalation.team} already`);
  const other = { resolution: "a new disk", resolvedAt: "t4" };
  t.match(refused({ type: "resolve", resolution: other }, submit, resolve), /with another resolution/);
  for (const command of [suggest, escalate, override("1-Critical")]) {
    t.match(refused(command, submit), /not triaged yet/, command.type);
    t.match(refused(command, submit, triage(null), resolve), /is resolved/, command.type);
  }
  t.strictSame(
    after(submit, resolve).types,
    ["submitted", "resolved"],
    "an untriaged ticket may be resolved",
  );
  t.equal(triagedOf(after(submit, resolve).state), null);
  t.end();
});

await test("events that do not fit leave a ticket as it is", (t) => {
  const events: readonly TicketEvent[] = [submit, triage(escalation), suggest, resolve].reduce<TicketEvent[]>(
    (all, command) => [...all, ...decide(command, all.reduce(evolve, initialTicket))],
    [],
  );
  for (const state of [after(submit).state, after(submit, triage(escalation), resolve).state]) {
    for (const event of events.filter(({ type }) => type === "submitted" || type === "solution-suggested")) {
      t.strictSame(evolve(state, event), state);
    }
  }
  t.strictSame(ticketDecider.initialState(), { at: "none" });
  t.strictSame(evolve(initialTicket, events.at(-1) as TicketEvent), initialTicket);
  t.end();
});
