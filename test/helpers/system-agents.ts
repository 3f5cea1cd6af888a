import { join } from "node:path";
import { REPO } from "./cli.ts";

/** Agents of this repository, as the config of a test's project names them. */
export const SYSTEM_AGENTS = {
  notification: {
    entry: entryOf("notification"),
    port: 0,
    uses: ["sqlserver"],
    subscribes: [
      "agents.bimclassification.suggestion.generated",
      "agents.implementation.code.generated",
      "agents.notification.send.requested",
      "agents.servicedesk.ticket.escalated",
    ],
  },
  testplanning: {
    entry: entryOf("testplanning"),
    port: 0,
    uses: ["sqlserver"],
    subscribes: ["agents.implementation.code.generated"],
  },
  implementation: {
    entry: entryOf("implementation"),
    port: 0,
    subscribes: ["agents.testplanning.spec.generated"],
  },
  servicedesk: {
    entry: entryOf("servicedesk"),
    port: 0,
    uses: ["sqlserver"],
    subscribes: ["agents.notification.delivery.failed"],
  },
  devops: {
    entry: entryOf("devops"),
    port: 0,
    uses: ["sqlserver"],
    subscribes: [
      "agents.implementation.review.completed",
      "agents.servicedesk.ticket.escalated",
      "agents.testplanning.coverage.analyzed",
    ],
  },
  bimclassification: { entry: entryOf("bimclassification"), port: 0, uses: ["sqlserver"] },
} as const;

function entryOf(agent: string): string {
  return join(REPO, `src/agents/${agent}/main.ts`);
}
