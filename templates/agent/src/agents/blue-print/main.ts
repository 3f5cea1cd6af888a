import { runAgent } from "agents-apphost/kit";
import type { AgentKit, AgentParts } from "agents-apphost/kit";
import { EventHandlers } from "./application/event-handlers.ts";
import { RecordEntry } from "./application/record-entry.ts";
import { events } from "./events.ts";
import { PromptLabeller } from "./infrastructure/prompt-labeller.ts";
import { SqlEntries } from "./infrastructure/sql-entries.ts";
import { migrations } from "./infrastructure/tables.ts";
import { commandRoutes, queryRoutes, subscriptions } from "./presentation/routes.ts";

await runAgent({
  name: "blue-print",
  description: "Records entries and labels them.",
  publishes: events,
  migrations,
  compose,
});

function compose(kit: AgentKit): AgentParts {
  const entries = new SqlEntries(kit);
  const recordEntry = new RecordEntry(entries, new PromptLabeller(kit));
  return {
    commands: commandRoutes(recordEntry),
    queries: queryRoutes(entries),
    subscriptions: subscriptions(new EventHandlers(recordEntry)),
  };
}
