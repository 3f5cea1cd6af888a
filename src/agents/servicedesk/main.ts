import { runAgent } from "agents-apphost/kit";
import type { AgentKit, AgentParts } from "agents-apphost/kit";
import { TicketCommands } from "./application/commands.ts";
import { EventHandlers } from "./application/event-handlers.ts";
import { slaStatus } from "./application/sla-status.ts";
import { Suggest } from "./application/suggest.ts";
import { Triage } from "./application/triage.ts";
import { events } from "./events.ts";
import { articles, resolutions } from "./infrastructure/knowledge-index.ts";
import { PromptAssessor, PromptReplier } from "./infrastructure/prompt-model.ts";
import { queue } from "./infrastructure/queue.ts";
import { readSettings } from "./infrastructure/settings.ts";
import { SqlKnowledge } from "./infrastructure/sql-knowledge.ts";
import { SqlTickets } from "./infrastructure/sql-tickets.ts";
import { migrations } from "./infrastructure/tables.ts";
import type { ServiceDeskTables } from "./infrastructure/tables.ts";
import { commandRoutes, queryRoutes, subscriptions } from "./presentation/routes.ts";

await runAgent<ServiceDeskTables>({
  name: "servicedesk",
  description:
    "Takes tickets, triages them by a policy, watches their SLA, and finds what is known about them.",
  publishes: events,
  migrations,
  projections: [queue, articles, resolutions],
  compose,
});

function compose(kit: AgentKit<ServiceDeskTables>): AgentParts {
  const { policy, zone } = readSettings(kit.env, process.cwd());
  const tickets = new SqlTickets(kit);
  const knowledge = new SqlKnowledge(kit);
  const commands = new TicketCommands({
    tickets,
    triage: new Triage(new PromptAssessor(kit), policy, zone),
    suggest: new Suggest(knowledge, new PromptReplier(kit)),
    policy,
    zone,
    clock: () => kit.clock(),
  });
  return {
    commands: commandRoutes(commands, knowledge),
    queries: queryRoutes({
      tickets,
      knowledge,
      slaOf: (ticket) => slaStatus(policy, zone, ticket, kit.clock().toISOString()),
    }),
    subscriptions: subscriptions(new EventHandlers(commands)),
    health: () => ({ policy: policy.name, priorities: policy.priorities, timeZone: policy.timeZone }),
  };
}
