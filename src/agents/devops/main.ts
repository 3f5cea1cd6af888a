import { DueWork, runAgent } from "agents-apphost/kit";
import type { AgentKit, AgentParts } from "agents-apphost/kit";
import { HeldIssues } from "./application/held-issues.ts";
import { Issues } from "./application/issues.ts";
import { Reports } from "./application/reports.ts";
import { events } from "./events.ts";
import { Github } from "./infrastructure/github/github.ts";
import { localBoard } from "./infrastructure/github/local-board.ts";
import { PromptWriter } from "./infrastructure/prompt-writer.ts";
import { readGithub } from "./infrastructure/settings.ts";
import { SqlHeldIssues } from "./infrastructure/sql-held-issues.ts";
import { SqlStore } from "./infrastructure/sql-store.ts";
import { migrations } from "./infrastructure/tables.ts";
import type { DevopsTables } from "./infrastructure/tables.ts";
import { commandRoutes, queryRoutes, subscriptions } from "./presentation/routes.ts";

await runAgent<DevopsTables>({
  name: "devops",
  description: "Sprint reports, release notes, failures and issues: figures by code, words by a model.",
  publishes: events,
  migrations,
  compose,
});

function compose(kit: AgentKit<DevopsTables>): AgentParts {
  const settings = readGithub(kit.env);
  const github = settings === null ? null : new Github(settings, () => kit.clock().getTime());
  const store = new SqlStore(kit);
  const reports = new Reports(store, new PromptWriter(kit), () => kit.clock().toISOString().slice(0, 10));
  const waiting = new SqlHeldIssues(kit);
  const held = new HeldIssues({
    store: waiting,
    clock: () => kit.clock(),
    create: (issue, ctx) => issues.complete(issue, ctx),
    later: (lineage, work) => kit.work(lineage, work),
    isDue: (at) => due.expect(at),
  });
  const due = new DueWork({
    what: "issues",
    clock: () => kit.clock(),
    log: kit.log,
    takeUp: (signal) => held.takeUp(signal),
  });
  const issues = new Issues(store, github ?? localBoard, { workflows: github, held });
  return {
    commands: commandRoutes(reports, issues),
    queries: queryRoutes(store, waiting, issues),
    subscriptions: subscriptions(issues, store),
    health: () => ({ board: github === null ? "local" : `github:${github.repository}` }),
    started: () => due.start(),
    later: (correlationId) => waiting.laterIn(correlationId),
    close: () => due.stop(),
  };
}
