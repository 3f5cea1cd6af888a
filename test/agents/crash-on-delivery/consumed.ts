import { z } from "zod";
import { escalatedTicket } from "../../helpers/escalated-ticket.ts";
import type { RunningAgent } from "../../helpers/running-agent.ts";
import { ageSpec } from "../implementation/age-spec.ts";
import { codePayload } from "../notification/code-event.ts";

/** What each agent does with an event: the first that it publishes for it. */
export interface Consumed {
  readonly agent: string;
  readonly listens: string;
  readonly payload: () => object;
  /** Members of the payload that are about something which the agent must have made before. */
  readonly refersTo?: (agent: RunningAgent) => Promise<object>;
  readonly publishes: string;
}

/** An event for each agent that listens to some, and publishes something for it. */
export const CONSUMED: readonly Consumed[] = [
  {
    agent: "implementation",
    listens: "agents.testplanning.spec.generated",
    payload: () => ageSpec,
    publishes: "agents.implementation.code.generated",
  },
  {
    agent: "testplanning",
    listens: "agents.implementation.code.generated",
    payload: () => ({ ...codePayload, artefactId: crypto.randomUUID() }),
    refersTo: async (agent) => {
      const { body } = await agent.post("/api/testplanning/execute", {
        requirement: codePayload.requirement,
      });
      return z.object({ specId: z.string() }).parse(body["result"]);
    },
    publishes: "agents.testplanning.coverage.analyzed",
  },
  {
    agent: "notification",
    listens: "agents.implementation.code.generated",
    payload: () => codePayload,
    publishes: "agents.notification.sent.completed",
  },
  {
    agent: "devops",
    listens: "agents.servicedesk.ticket.escalated",
    payload: escalatedTicket,
    publishes: "agents.devops.issue.created",
  },
  {
    agent: "servicedesk",
    listens: "agents.notification.delivery.failed",
    payload: () => ({
      notificationId: crypto.randomUUID(),
      recipient: "ops",
      subject: "The build is green",
      priority: "normal",
      reason: "webhook: 410 Gone",
      channels: [],
    }),
    publishes: "agents.servicedesk.ticket.created",
  },
];
